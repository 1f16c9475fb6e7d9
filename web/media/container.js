// How containers are opened: in one way for all workers, so that they mean the same picture and the
// same instant. They are read in parts, as these are needed, and never as a whole.
import {
  BlobSource,
  EncodedPacketSink,
  Input,
  IsobmffInputFormat,
  LogLevel,
  Logging,
  MATROSKA,
  MP4,
  MPEG_TS,
  QTFF,
  WEBM,
} from 'mediabunny';

// What is wrong with a file is told to the page and not to the console.
Logging.level = LogLevel.Silent;

/**
 * A container; it is the caller's to dispose of.
 *
 * @param {Blob} file
 * @param {number} cache bytes of it that may be kept in memory
 * @returns {Input} nothing has been read of it yet
 */
export function input(file, cache) {
  return new Input({
    formats: [MP4, QTFF, MATROSKA, WEBM, MPEG_TS],
    // Whoever waits for a part hears that it cannot be read.
    source: new BlobSource(file, { maxCacheSize: cache, handleUnhandledError: () => {} }),
  });
}

/**
 * The picture: the first stream of pictures, as the command line has it.
 *
 * @param {import('mediabunny').InputTrack[]} tracks all of a container
 * @returns {import('mediabunny').InputVideoTrack | undefined} nothing if there is none
 */
export function picture(tracks) {
  return tracks.find((track) => track.isVideoTrack());
}

/**
 * The tracks that somebody sees or hears.
 *
 * @param {import('mediabunny').InputTrack[]} tracks all of a container
 */
export function shown(tracks) {
  return tracks.filter((track) => track.isVideoTrack() || track.isAudioTrack());
}

/**
 * Where the container's time begins: with its first picture or sound. A track without any has no say.
 *
 * @param {Input} container
 * @param {import('mediabunny').InputTrack[]} tracks all of it
 * @param {<T>(step: Promise<T>) => Promise<T>} [wait] how each read is awaited
 * @returns {Promise<number>} in whole microseconds of the container's own time; 0 if it is empty
 */
export async function startUs(container, tracks, wait = (step) => step) {
  // What an edit list leaves out of an MP4 lies before 0, and time begins at what it leaves.
  const earliest = (await container.getFormat()) instanceof IsobmffInputFormat ? 0 : -Infinity;
  let start = Infinity;
  for (const track of shown(tracks)) {
    const first = await wait(new EncodedPacketSink(track).getFirstPacket({ metadataOnly: true }));
    start = Math.min(start, Math.max(first?.timestamp ?? Infinity, earliest));
  }
  return Number.isFinite(start) ? Math.round(start * 1e6) : 0;
}
