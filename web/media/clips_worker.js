// The worker that opens clips: what they are, how they look, what they show.
//
// Messages to it are plain objects:
//   {kind: 'port', port}                        a MessagePort to the planner's worker
//   {kind: 'probe', id, file}                   -> probed
//   {kind: 'look', id, file, depth}             -> footage; depth is 'quick' or 'dense'
//   {kind: 'thumbs', id, file, count, height}   -> thumbs
//   {kind: 'cancel', id}                        -> cancelled, unless the job is over
// and from it:
//   {kind: 'ready'}
//   {kind: 'probed', id, media, start_us, rotation, decodable, reason?}
//   {kind: 'progress', id, done_us, total_us}
//   {kind: 'footage', id, footage, depth, pictures, note?}   footage is JSON text
//   {kind: 'thumbs', id, bitmaps: [{at_us, bitmap}]}
//   {kind: 'cancelled', id}
//   {kind: 'failed', id, reason}                a sentence for people
// Every job ends in exactly one of the last six but progress. Times are microseconds counted from
// the container's start. An id is never used twice.
import { Analyst } from './clips/analyst.js';
import { refusal } from './clips/file.js';
import { Cancelled, Job } from './clips/job.js';
import { dense, quick } from './clips/look.js';
import { probe } from './clips/probe.js';
import { thumbs } from './clips/thumbs.js';

/** Files that are open at once. */
const OPEN = 2;
/** What a person waits for comes first. */
const ORDER = { probe: 0, thumbs: 1, look: 2 };

const analyst = new Analyst();
/** Jobs that wait, and all that are not over, by their id. */
const waiting = [];
const jobs = new Map();
let open = 0;

self.onmessage = ({ data }) => {
  if (data.kind === 'port') {
    analyst.connect(data.port);
  } else if (data.kind === 'cancel') {
    cancel(data.id);
  } else if (Object.hasOwn(ORDER, data.kind)) {
    jobs.set(data.id, new Job());
    waiting.push(data);
    begin();
  }
};
postMessage({ kind: 'ready' });

function cancel(id) {
  jobs.get(id)?.cancel();
  const at = waiting.findIndex((request) => request.id === id);
  if (at >= 0) {
    waiting.splice(at, 1);
    jobs.delete(id);
    postMessage({ kind: 'cancelled', id });
  }
}

/** Begins what may be begun; of equals the first that came. */
function begin() {
  while (open < OPEN && waiting.length > 0) {
    const first = waiting.reduce((best, one) => (ORDER[one.kind] < ORDER[best.kind] ? one : best));
    waiting.splice(waiting.indexOf(first), 1);
    open += 1;
    run(first).then(() => {
      open -= 1;
      jobs.delete(first.id);
      begin();
    });
  }
}

async function run(request) {
  const { id } = request;
  try {
    const [message, given = []] = await done(request, jobs.get(id));
    postMessage({ ...message, id }, given);
  } catch (error) {
    if (error instanceof Cancelled) {
      postMessage({ kind: 'cancelled', id });
      return;
    }
    postMessage({ kind: 'failed', id, reason: refusal(error).message });
  }
}

/** The last message of a job, and what is given away with it. */
async function done({ kind, id, file, depth, count, height }, job) {
  if (kind === 'probe') {
    return [{ kind: 'probed', ...(await probe(job, file, analyst)) }];
  }
  if (kind === 'thumbs') {
    const bitmaps = await thumbs(job, file, count, height);
    return [{ kind: 'thumbs', bitmaps }, bitmaps.map(({ bitmap }) => bitmap)];
  }
  const tell = (done_us, total_us) => postMessage({ kind: 'progress', id, done_us, total_us });
  const look = depth === 'dense' ? dense : quick;
  return [{ kind: 'footage', depth, ...(await look(job, file, analyst, tell)) }];
}
