// What the scripts share. Every number comes from the environment: gomeet takes it from
// package sizing, where the design's targets are, so that none is written twice.

export function text(name) {
  const value = __ENV[name];
  if (!value) {
    throw new Error(`${name} is not set; "gomeet load" sets it`);
  }
  return value;
}

export function number(name) {
  const value = Number(text(name));
  if (!Number.isFinite(value) || value < 0) {
    throw new Error(`${name} is "${text(name)}", want a number that is not negative`);
  }
  return value;
}

export const rampSeconds = number('RAMP_SECONDS');
export const holdSeconds = number('HOLD_SECONDS');
export const users = number('USERS');

// How long what is open at the end may take to close.
const closeSeconds = 30;

// segment is this worker's share of the users: Kubernetes numbers the pods of an Indexed
// Job, from 0.
function segment() {
  const workers = number('WORKERS');
  const index = Number(__ENV.JOB_COMPLETION_INDEX || 0);
  if (workers === 1) {
    return {};
  }
  const parts = [];
  for (let i = 0; i <= workers; i++) {
    parts.push(i === 0 || i === workers ? `${i / workers}` : `${i}/${workers}`);
  }
  return {
    executionSegment: `${parts[index]}:${parts[index + 1]}`,
    executionSegmentSequence: parts.join(','),
  };
}

function options(scenario, thresholds) {
  return Object.assign(segment(), {
    scenarios: { users: scenario },
    thresholds,
    summaryTrendStats: ['min', 'med', 'avg', 'p(95)', 'p(99)', 'max'],
    userAgent: 'gomeet-load',
  });
}

// stay has every user begin once, evenly over the ramp, and stay to the end.
export function stay(thresholds) {
  return options({
    executor: 'per-vu-iterations',
    vus: users,
    iterations: 1,
    maxDuration: `${rampSeconds + holdSeconds + closeSeconds}s`,
  }, thresholds);
}

// arrive has requests come at a rate, whether or not earlier ones are answered: users do
// not wait for each other. It needs no more than the users to hold what is on its way.
export function arrive(perSecond, thresholds) {
  const rate = { timeUnit: '60s', target: Math.round(perSecond * 60) };
  return options({
    executor: 'ramping-arrival-rate',
    timeUnit: rate.timeUnit,
    preAllocatedVUs: users,
    maxVUs: users,
    stages: [
      { duration: `${rampSeconds}s`, target: rate.target },
      { duration: `${holdSeconds}s`, target: rate.target },
    ],
  }, thresholds);
}

// begins is when a user begins and how long it stays then, in milliseconds. Users are
// numbered from 1 over all workers.
export function begins(user) {
  const wait = ((user - 1) / users) * rampSeconds * 1000;
  return { wait, stay: (rampSeconds + holdSeconds) * 1000 - wait };
}
