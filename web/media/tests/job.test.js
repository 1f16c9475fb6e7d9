import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Cancelled, Job, Refused } from '../clips/job.js';

const never = () => new Promise(() => {});

test('a step gives what it gives', async () => {
  assert.equal(await new Job().step(Promise.resolve(7), 'count'), 7);
  await assert.rejects(new Job().step(Promise.reject(new Error('no')), 'count'), /no/);
});

test('a job that is given up ends at once, and takes no further step', async () => {
  const job = new Job();
  const step = job.step(never(), 'wait');
  job.cancel();
  await assert.rejects(step, Cancelled);
  await assert.rejects(job.step(Promise.resolve(7), 'count'), Cancelled);
  assert.throws(() => job.check(), Cancelled);
});

test('no step lasts for ever', async () => {
  await assert.rejects(new Job().step(never(), 'read it', 1), (error) => {
    return error instanceof Refused && error.message === 'It took too long to read it.';
  });
});
