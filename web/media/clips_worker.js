// The worker that opens clips: what they are, how they look, what they show and sound like.
//
// Messages to it are plain objects:
//   {kind: 'port', port}                        a MessagePort to the planner's worker
//   {kind: 'probe', id, file}                   -> probed
//   {kind: 'look', id, file, depth}             -> footage; depth is 'quick' or 'dense'
//   {kind: 'thumbs', id, file, count, height}   -> thumbs
//   {kind: 'cancel', id}                        -> cancelled, unless the job is over
// and from it:
//   {kind: 'ready'}
//   {kind: 'probed', id, media, decodable, reason?}
//   {kind: 'progress', id, done_us, total_us}
//   {kind: 'footage', id, footage, note?}       footage is JSON text; the note is for people
//   {kind: 'thumbs', id, bitmaps: [{at_us, bitmap}]}
//   {kind: 'cancelled', id}
//   {kind: 'failed', id, reason}                a sentence for people
// Every job ends in exactly one of the last six but progress. Times are microseconds counted from
// the container's start. An id is never used twice. What is asked is begun at once: the page asks
// for one thing at a time.
import { Analyst } from './clips/analyst.js';
import { refusal } from './clips/file.js';
import { Cancelled, Job } from './clips/job.js';
import { dense, quick } from './clips/look.js';
import { probe } from './clips/probe.js';
import { thumbs } from './clips/thumbs.js';

const analyst = new Analyst();
/** What is not over, by the question's id. */
const jobs = new Map();

self.onmessage = ({ data }) => {
  if (data.kind === 'port') {
    analyst.connect(data.port);
  } else if (data.kind === 'cancel') {
    jobs.get(data.id)?.cancel();
  } else {
    run(data);
  }
};
postMessage({ kind: 'ready' });

async function run(request) {
  const { id } = request;
  const job = new Job();
  jobs.set(id, job);
  try {
    const [message, given = []] = await done(request, job);
    postMessage({ ...message, id }, given);
  } catch (error) {
    if (error instanceof Cancelled) {
      postMessage({ kind: 'cancelled', id });
    } else {
      postMessage({ kind: 'failed', id, reason: refusal(error).message });
    }
  } finally {
    jobs.delete(id);
  }
}

/** The last message of a job, and what is given away with it. */
async function done({ kind, id, file, depth, count, height }, job) {
  if (kind === 'probe') {
    return [{ kind: 'probed', ...(await probe(job, file)) }];
  }
  if (kind === 'thumbs') {
    const bitmaps = await thumbs(job, file, count, height);
    return [{ kind: 'thumbs', bitmaps }, bitmaps.map(({ bitmap }) => bitmap)];
  }
  const tell = (done_us, total_us) => postMessage({ kind: 'progress', id, done_us, total_us });
  const look = depth === 'dense' ? dense : quick;
  return [{ kind: 'footage', ...(await look(job, file, analyst, tell)) }];
}
