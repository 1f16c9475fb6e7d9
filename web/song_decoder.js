// Decodes a song in a frame with a thread of its own: the browser copies all that it decoded in one
// task of the thread that asked, for an hour of music a second. `src/page/decode/frame.rs` puts it into
// an inline script, since a frame without an origin gets no file once there is no network; the build
// writes its hash into the page's policy.
onmessage = ({ ports: [page] }) => {
  let song;
  const decode = async ({ file, rate }) => {
    let bytes;
    try {
      bytes = await file.arrayBuffer();
    } catch {
      return { failed: 'unreadable' };
    }
    try {
      song = await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
    } catch {
      return { failed: 'undecodable' };
    }
    return { channels: song.numberOfChannels, length: song.length };
  };
  /** A stretch of the song: the samples of each channel. */
  const cut = ({ start, end }) =>
    Array.from({ length: song.numberOfChannels }, (_, channel) => {
      const samples = new Float32Array(end - start);
      song.copyFromChannel(samples, channel, start);
      return samples;
    });
  page.onmessage = async ({ data }) => {
    if (data.file) {
      // Nothing tells the page of a frame that is no more, but silence.
      const alive = setInterval(() => page.postMessage('decoding'), 1000);
      const decoded = await decode(data);
      clearInterval(alive);
      page.postMessage(decoded);
    } else {
      let channels;
      try {
        channels = cut(data);
      } catch {
        // There is no memory for them: no samples, and the page knows.
        page.postMessage([null]);
        return;
      }
      page.postMessage(
        channels,
        channels.map(({ buffer }) => buffer),
      );
    }
  };
  page.postMessage('here');
};
