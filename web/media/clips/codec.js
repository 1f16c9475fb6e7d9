// The names of codecs: what containers and browsers call them, what ffmpeg and people call them.

/** ffmpeg's names of what the reader of containers knows. */
const KNOWN = { avc: 'h264', hevc: 'hevc', vp8: 'vp8', vp9: 'vp9', av1: 'av1', prores: 'prores' };

/** ffmpeg's names by the four letters of MP4 and QuickTime, or by Matroska's name. */
const BY_TAG = new Map(
  Object.entries({
    h264: 'avc1 avc2 avc3 avc4 dva1 dvav ai12 ai13 ai15 ai1q ai5p ai5q ai52 ai53 ai55 ai56',
    hevc: 'hvc1 hev1 hvt1 dvh1 dvhe',
    vvc: 'vvc1 vvi1',
    mpeg4: 'mp4v xvid divx dx50 fmp4 v_mpeg4/iso/asp v_mpeg4/iso/sp v_mpeg4/iso/ap',
    h263: 'h263 s263',
    mpeg1video: 'm1v1 mpeg mp1v v_mpeg1',
    mpeg2video:
      'mp2v m2v1 hdv1 hdv2 hdv3 hdv4 hdv5 hdv6 hdv7 hdv8 hdv9 hdva mx3n mx4n mx5n xdv1 xdv2 xdv3 xdvb v_mpeg2',
    mjpeg: 'jpeg mjpa mjpb mjpg v_mjpeg',
    prores: 'apco apcs apcn apch ap4h ap4x aprn aprh v_prores',
    dnxhd: 'avdn avdh',
    dvvideo: 'dvc dvcp dvpp dv5p dv5n dvhp dvhq dvh5 dvh6',
    cfhd: 'cfhd',
    qtrle: 'rle',
    png: 'png',
    rawvideo: 'raw yuv2 2vuy v_uncompressed',
    v210: 'v210',
    svq1: 'svq1',
    svq3: 'svq3',
    cinepak: 'cvid',
    theora: 'v_theora',
    vc1: 'vc-1 wvc1',
    ffv1: 'ffv1 v_ffv1',
  }).flatMap(([name, tags]) => tags.split(' ').map((tag) => [tag, name])),
);

/** How people write the names that they may know. */
const SPOKEN = {
  h264: 'H.264',
  hevc: 'HEVC (H.265)',
  vvc: 'VVC (H.266)',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
  prores: 'ProRes',
  dnxhd: 'DNxHD',
  mpeg4: 'MPEG-4 part 2',
  mpeg2video: 'MPEG-2',
  mjpeg: 'Motion JPEG',
  h263: 'H.263',
};

/**
 * ffmpeg's name of a codec.
 *
 * @param {string | null} codec as the reader of containers calls it; null if it does not know it
 * @param {string | number | Uint8Array | null} tag as the container calls it
 * @returns {string} the name, in lower case; `unknown` if nothing tells it
 */
export function ffmpegName(codec, tag) {
  if (codec !== null && Object.hasOwn(KNOWN, codec)) {
    return KNOWN[codec];
  }
  // What a file says is shown to people, so only plain letters of it are taken.
  const plain = typeof tag === 'string' ? tag.trim().toLowerCase() : '';
  if (BY_TAG.has(plain)) {
    return BY_TAG.get(plain);
  }
  return /^[a-z0-9_./-]{1,24}$/.test(plain) ? plain : 'unknown';
}

/**
 * A codec as people write it.
 *
 * @param {string} name ffmpeg's name
 * @returns {string} for a sentence
 */
export function spoken(name) {
  return Object.hasOwn(SPOKEN, name) ? SPOKEN[name] : name === 'unknown' ? 'its codec' : name;
}
