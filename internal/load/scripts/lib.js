// What the scripts share. Every number comes from the environment: gomeet takes it from
// package sizing, where the design's targets are, so that none is written twice.
import { Counter, Rate } from 'k6/metrics';

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

// How long a connection may take to open, a join included. Then it has failed, whether or
// not anything ever comes of it.
const openSeconds = 10;
// How long after the end of their time users may take, who are only counted when k6 gives
// up: its handshake takes up to 60 s (HandshakeTimeout in js/modules/k6/ws).
const closeSeconds = 75;

const workers = number('WORKERS');
// Kubernetes numbers the pods of an Indexed Job, from 0.
const index = Number(__ENV.JOB_COMPLETION_INDEX || 0);

// share is how many of the users are this worker's: k6 deals them out one by one.
const share = Math.floor(users / workers) + (index < users % workers ? 1 : 0);

// segment is this worker's part of the test, as k6 wants to know it.
function segment() {
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
    gracefulStop: '0s', // All users are counted by then.
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

// connections judges a connection of each user: it opens in time, and at the end of the
// user's stay it is open and was heard of since the last ping but one. A connection that
// goes silent makes no error and closes nothing.
//
// It is for the sockets of k6/ws, which close by themselves. Those of k6/websockets wait for
// their peer to close, and with one that is silent k6 1.8 never ends.
export function connections() {
  const succeeded = new Rate('connection_success');
  const counted = new Counter('connections_counted');
  const pingSeconds = number('PING_SECONDS');
  const thresholds = {
    connection_success: [`rate>${number('CONNECTION_SUCCESS')}`],
    // A user whom nothing counts would not be in the rate.
    connections_counted: [`count>=${share}`],
  };

  // watch begins before a user connects. It is to be told of what happens, and calls ping
  // and leave when it is time for them.
  function watch(stays, { ping, leave }) {
    const began = Date.now();
    // A short stay has pings, too.
    const every = Math.max(1000, Math.min(pingSeconds * 1000, stays / 4));
    let socket, heard, judged = false;
    const judge = (good) => {
      if (!judged) {
        judged = true;
        succeeded.add(good);
        counted.add(1);
      }
    };
    const fail = () => {
      judge(false);
      socket.close();
    };
    const late = () => Date.now() - began >= openSeconds * 1000;
    return {
      // connected has a socket, in which the peer may still have to let the user in.
      connected(connection) {
        socket = connection;
        socket.on('error', () => judge(false));
        socket.on('close', () => judge(false));
        socket.setTimeout(() => heard || fail(), Math.max(1, began + openSeconds * 1000 - Date.now()));
      },
      // opened is when the user is in.
      opened() {
        if (late()) {
          fail();
          return;
        }
        heard = Date.now();
        socket.setInterval(ping, every);
        socket.setTimeout(() => {
          judge(Date.now() - heard < 2 * every);
          leave();
        }, stays);
      },
      answered() {
        heard = Date.now();
      },
      // gone is when the user is not connected any more, or never was.
      gone() {
        judge(false);
      },
    };
  }
  return { thresholds, watch };
}
