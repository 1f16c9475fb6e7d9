// Draws the film while the music plays.
//
// Messages to it: {kind: 'canvas', canvas}, {kind: 'size', width, height},
// {kind: 'files', files: [{media, file: File|null}]} (those that changed),
// {kind: 'plan', plan}, {kind: 'clock', playing, frame_at, at_ms, speed, loop},
// {kind: 'stats', clear?}, and from a player in the page {kind: 'picture', player, at_us, bitmap} and
// {kind: 'unplayable', player}.
//
// Messages from it: {kind: 'ready'}, {kind: 'shown', frame, slot, exact, card},
// {kind: 'missing', media, reason}, {kind: 'stats', cuts, dropped, held}, and to players in the page
// {kind: 'player', player, media, at_us, rate} and {kind: 'release', player}.
import { Desk } from './preview/desk.js';

const desk = new Desk((message) => self.postMessage(message));
self.onmessage = (event) => desk.hear(event.data);
self.postMessage({ kind: 'ready' });
