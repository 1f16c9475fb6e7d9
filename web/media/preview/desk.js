// Keeps the right shots at hand and puts the right picture on screen at each tick of the display.
import { Clips, Unseen } from './clips.js';
import { Screen } from './screen.js';
import { Shot } from './shot.js';
import { Tally } from './tally.js';
import { frameAt, position, samePictures, slotAt, upcoming } from './timeline.js';

/** How much of what comes next is prepared: by number, and in milliseconds of film. */
const NEXT = { least: 2, most: 4, ahead_ms: 3000 };
/** After so long without the wanted picture, one before it is shown meanwhile. */
const GLIMPSE_MS = 150;
/** How often a player in the page is told where it should be. */
const PLAYER_MS = 500;
/** The display's step until it is measured, and what is believed of the measurement. */
const STEP_MS = { usual: 1000 / 60, least: 4, most: 34 };
/** A clock that is off by more was moved by somebody. */
const JUMP_FRAMES = 3;
/** The film runs faster or backwards: single pictures are shown, each sought. */
const FASTEST = 4;
/** How long a sought picture is waited for before the next is sought. */
const SOUGHT_MS = 600;

export class Desk {
  /** @type {Screen|null} */
  #screen = null;
  /** @type {import('./timeline.js').Plan|null} */
  #plan = null;
  #clips = new Clips();
  /** @type {import('./timeline.js').Clock} */
  #clock = { playing: false, frame_at: 0, at_ms: 0, speed: 1, loop: null };
  /** @type {Shot|null} The one on screen. */
  #current = null;
  /** @type {Shot[]} Those that come next, nearest first. */
  #next = [];
  /** @type {Map<number, Shot>} Shots whose pictures the page's own player makes, by number. */
  #played = new Map();
  /** @type {Map<Shot, {id: number, rate: number, told: number}>} */
  #players = new Map();
  #playersMade = 0;
  #tally = new Tally();
  #step = STEP_MS.usual;
  #ticked = 0;
  #asked = false;
  /** What was drawn last, so that nothing is drawn twice. */
  #drawn = { shot: null, image: null, frame: -1, slot: -1, card: '' };
  /** What the page was told last. */
  #told = { slot: -1, frame: -1, exact: false, card: '' };
  #stale = true;
  /** @type {{width: number, height: number}|null} A size that the canvas is to have. */
  #size = null;
  /** The film was taken elsewhere, so what comes up next is no cut. */
  #jumped = true;
  /** The cut that is awaited: the frame that it should come up on. */
  #await = null;

  /** @param {(message: object) => void} send */
  constructor(send) {
    this.send = send;
  }

  /** @param {any} message */
  hear(message) {
    switch (message.kind) {
      case 'canvas':
        this.#screen = new Screen(message.canvas);
        this.#again();
        break;
      case 'size':
        this.#size = message;
        break;
      case 'files':
        this.#refresh(this.#clips.update(message.files));
        break;
      case 'plan':
        this.#replan(message.plan);
        break;
      case 'clock':
        this.#retime(message);
        break;
      case 'picture':
        this.#receive(message);
        break;
      case 'unplayable':
        this.#unplayable(message);
        break;
      case 'stats':
        this.send(this.#tally.message());
        if (message.clear) this.#tally.clear();
        break;
      default:
        break;
    }
    this.#ask();
  }

  /** Everything is to be drawn again. */
  #again() {
    this.#stale = true;
  }

  #retime(clock) {
    const before = this.#clock;
    const plan = this.#plan;
    const changed = clock.playing !== before.playing || (clock.speed ?? 1) !== (before.speed ?? 1);
    const expected = plan ? position(before, clock.at_ms, plan) : clock.frame_at;
    this.#clock = clock;
    if (changed || Math.abs(expected - clock.frame_at) > JUMP_FRAMES) {
      this.#await = null;
      this.#jumped = true;
      this.#ticked = 0;
    }
  }

  #replan(plan) {
    const before = this.#plan;
    this.#plan = plan;
    const rate = (p) => p.rate[0] / p.rate[1];
    if (!plan || !before || rate(plan) !== rate(before)) {
      this.#clear();
    } else {
      const keep = (shot) => {
        const slot = plan.slots[shot.index];
        if (!slot || !samePictures(slot, shot.slot)) return false;
        // Fit and focus are the screen's business.
        shot.slot = slot;
        return true;
      };
      this.#keep(keep);
    }
    this.#await = null;
    this.#again();
  }

  #refresh(media) {
    this.#keep((shot) => !media.has(shot.slot.media));
    this.#again();
  }

  #keep(keep) {
    if (this.#current && !keep(this.#current)) {
      this.#end(this.#current);
      this.#current = null;
    }
    const gone = this.#next.filter((shot) => !keep(shot));
    this.#next = this.#next.filter((shot) => !gone.includes(shot));
    for (const shot of gone) this.#end(shot);
  }

  #clear() {
    this.#keep(() => false);
  }

  #end(shot) {
    this.#tally.over(shot);
    shot.close();
    const player = this.#players.get(shot);
    if (player) {
      this.#players.delete(shot);
      this.#played.delete(player.id);
      this.send({ kind: 'release', player: player.id });
    }
  }

  #ask() {
    if (this.#asked || !this.#screen) return;
    this.#asked = true;
    self.requestAnimationFrame((at) => this.#tick(at));
  }

  #tick(at) {
    this.#asked = false;
    const { playing } = this.#clock;
    if (playing) {
      const step = at - this.#ticked;
      if (this.#ticked > 0 && step >= STEP_MS.least && step <= STEP_MS.most) {
        this.#step += (step - this.#step) / 16;
      }
      this.#ticked = at;
    }
    if (this.#plan && this.#screen) this.#render();
    if (playing || !this.#settled()) this.#ask();
  }

  /** Whether nothing better will come without a message. */
  #settled() {
    const shot = this.#current;
    return (
      !shot ||
      ((shot.exact || this.#players.has(shot)) && this.#next.every((next) => next.ready))
    );
  }

  #render() {
    const plan = this.#plan;
    if (this.#size) {
      if (this.#screen.resize(this.#size.width, this.#size.height)) this.#again();
      this.#size = null;
    }
    // What is drawn now is seen one step of the display later.
    const lead = this.#clock.playing ? this.#step : 0;
    let frame = frameAt(position(this.#clock, now() + lead, plan));
    let index = slotAt(plan, frame);
    if (index < 0) {
      this.#clear();
      this.#screen.blank();
      return;
    }
    if (this.#sought && this.#current && this.#unseen(this.#current)) {
      // Something must be seen before the next is sought.
      index = this.#current.index;
      frame = this.#current.entry;
    } else {
      this.#turn(index, frame);
    }
    if (!this.#sought) this.#prepare(index, frame);
    this.#playersFollow(frame);
    this.#draw(index, frame);
  }

  /** The film runs so fast, or backwards, that each picture is sought by itself. */
  get #sought() {
    const { playing, speed = 1 } = this.#clock;
    return playing && (speed < 0 || speed > FASTEST);
  }

  /** @param {Shot} shot */
  #unseen(shot) {
    if (shot.failure || this.#drawn.shot === shot) return false;
    const old = performance.now() - shot.born > SOUGHT_MS;
    return !(old && shot.glimpse() !== null);
  }

  /** Whether the shot on screen has, or comes to, the frame. @param {Shot} shot */
  #goesOn(shot, frame) {
    const reached = this.#drawn.shot === shot ? Math.max(shot.entry, this.#drawn.frame) : shot.entry;
    if (this.#sought) return frame === reached;
    // Clocks are set right by a little while they run; nothing is decoded again for that.
    return frame >= reached - (this.#clock.playing ? JUMP_FRAMES : 0);
  }

  /** Makes the slot's shot the current one. */
  #turn(index, frame) {
    const before = this.#current;
    if (before?.index === index && this.#goesOn(before, frame)) {
      this.#jumped = false;
      return;
    }
    const fits = (shot) => shot.index === index && shot.entry <= frame;
    const prepared = this.#next.find(fits);
    if (this.#await && before) this.#tally.cut(before.index, before.slot.frames);
    const cut = this.#clock.playing && !this.#sought && !this.#jumped && before !== null;
    const first = prepared?.entry ?? this.#plan.slots[index].start;
    this.#await = cut ? { slot: index, frame: first } : null;
    this.#jumped = false;
    if (before) this.#end(before);
    // What was prepared before it has been passed over.
    const place = prepared ? this.#next.indexOf(prepared) : this.#next.length;
    for (const shot of this.#next.slice(0, place)) this.#end(shot);
    this.#next = this.#next.slice(place + 1);
    this.#current = prepared ?? this.#shot(index, frame);
    this.#current.current = true;
    this.#current.nudge();
  }

  /** Begins with what comes next, one after the other, the nearest first. */
  #prepare(index, frame) {
    const plan = this.#plan;
    const speed = this.#clock.speed ?? 1;
    const ahead = ((NEXT.ahead_ms / 1000) * Math.max(speed, 1) * plan.rate[0]) / plan.rate[1];
    const due = upcoming(plan, index, frame, this.#clock.loop, { ...NEXT, ahead });
    const kept = [];
    let ready = this.#current.ready;
    for (const { slot, entry } of due) {
      let shot = this.#next.find((other) => other.index === slot && other.entry === entry);
      if (!shot && ready) shot = this.#shot(slot, entry);
      if (!shot) break;
      kept.push(shot);
      ready = ready && shot.ready;
    }
    for (const shot of this.#next) if (!kept.includes(shot)) this.#end(shot);
    this.#next = kept;
  }

  #shot(index, entry) {
    const plan = this.#plan;
    const slot = plan.slots[index];
    const shot = new Shot({
      index,
      slot,
      rate: plan.rate,
      entry,
      clip: () => this.#clips.get(slot.media, plan.media?.[slot.media]?.codec),
      changed: () => this.#changed(shot),
    });
    return shot;
  }

  #changed(shot) {
    const { failure } = shot;
    if (failure?.elsewhere && this.#clips.file(shot.slot.media) && !this.#players.has(shot)) {
      // Another player of the browser may know this file.
      shot.failure = null;
      this.#playersMade += 1;
      const id = this.#playersMade;
      this.#played.set(id, shot);
      this.#players.set(shot, { id, rate: 0, told: 0, reason: failure.message });
      this.#lead(shot, shot.entry, 0);
    }
    this.#ask();
  }

  /** Tells the page's player where the film is. */
  #lead(shot, frame, rate) {
    const player = this.#players.get(shot);
    const { slot } = shot;
    const { rate: film } = this.#plan;
    const gone = ((frame - slot.start) * 1e6 * film[1] * slot.speed[0]) / (film[0] * slot.speed[1]);
    player.rate = rate;
    player.told = now();
    this.send({
      kind: 'player',
      player: player.id,
      media: slot.media,
      at_us: Math.round(slot.source_us + gone),
      rate,
    });
  }

  #playersFollow(frame) {
    const shot = this.#current;
    const player = shot && this.#players.get(shot);
    if (!player || shot.failure) return;
    const speed = this.#clock.playing ? (this.#clock.speed ?? 1) : 0;
    const rate = Math.max(0, (speed * shot.slot.speed[0]) / shot.slot.speed[1]);
    const sought = rate === 0 && frame !== player.frame;
    const due = rate > 0 && now() - player.told > PLAYER_MS;
    if (rate !== player.rate || sought || due) this.#lead(shot, frame, rate);
    player.frame = frame;
  }

  #receive({ player, at_us: atUs, bitmap }) {
    const shot = this.#played.get(player);
    if (shot) shot.give(bitmap, atUs);
    else bitmap.close();
  }

  #unplayable({ player }) {
    const shot = this.#played.get(player);
    if (!shot) return;
    shot.failure = new Unseen(this.#players.get(shot).reason, false);
    this.#again();
  }

  #draw(index, frame) {
    const shot = this.#current;
    const held = [shot, ...this.#next].reduce((sum, each) => sum + each.pictures.length, 0);
    this.#tally.holds(held);
    if (shot.failure) {
      this.#drawCard(shot, frame);
      return;
    }
    let picture = shot.take(frame);
    const patience = this.#sought ? SOUGHT_MS : GLIMPSE_MS;
    if (!picture && performance.now() - shot.born > patience) {
      // In a pause one is enough until the right one is there.
      if (this.#clock.playing || this.#drawn.shot !== shot || this.#stale) picture = shot.glimpse();
    }
    if (!picture) {
      if (this.#stale && this.#drawn.slot !== index) this.#screen.blank();
      return;
    }
    if (this.#await?.slot === index) {
      this.#tally.cut(index, Math.max(0, frame - this.#await.frame));
      this.#await = null;
    }
    if (picture.image !== this.#drawn.image || this.#stale) {
      this.#screen.show(picture, shot.slot, this.#plan);
      this.#stale = false;
    }
    this.#tell(index, frame, picture.image, '');
  }

  #drawCard(shot, frame) {
    const { media } = shot.slot;
    const name = this.#plan.media?.[media]?.name ?? `Clip ${media + 1}`;
    const reason = shot.failure.message;
    const card = `${name}\n${reason}`;
    this.#await = null;
    if (this.#stale || this.#drawn.card !== card) {
      this.#screen.card(name, reason);
      this.#stale = false;
      this.send({ kind: 'missing', media, reason });
    }
    this.#tell(shot.index, frame, null, card);
  }

  /** Tells the page what is on screen: every cut, every picture of a pause, and what comes or goes. */
  #tell(slot, frame, image, card) {
    const shot = this.#current;
    const { exact } = shot;
    this.#drawn = { shot, image, frame, slot, card };
    const told = this.#told;
    const still = !this.#clock.playing && (frame !== told.frame || exact !== told.exact);
    if (slot === told.slot && card === told.card && !still) return;
    this.#told = { slot, frame, exact, card };
    this.send({ kind: 'shown', frame, slot, exact, card: card !== '' });
  }
}

function now() {
  return performance.timeOrigin + performance.now();
}
