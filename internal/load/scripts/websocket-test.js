// The design's WebSocket Connection Test: so many participants connect to the API and stay.
// A connection succeeds if it opens and is still open when its participant leaves.
import exec from 'k6/execution';
import { WebSocket } from 'k6/websockets';
import { Rate, Trend } from 'k6/metrics';
import { setInterval, clearInterval, setTimeout } from 'k6/timers';
import { begins, number, stay, text } from './lib.js';

const url = text('TARGET');
const pingSeconds = number('PING_SECONDS');
// The session token of a participant; without one the API decides.
const headers = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : {};

const succeeded = new Rate('connection_success');
const opening = new Trend('connection_opening', true);
const roundTrip = new Trend('connection_round_trip', true);

export const options = stay({ connection_success: [`rate>${number('CONNECTION_SUCCESS')}`] });

export default function () {
  const user = begins(exec.vu.idInTest);
  setTimeout(() => connect(user.stay), user.wait);
}

function connect(stays) {
  const began = Date.now();
  const socket = new WebSocket(url, null, { headers });
  let pings, pinged = 0, leaving = false, counted = false;
  const count = (good) => {
    if (!counted) {
      counted = true;
      succeeded.add(good);
    }
  };
  socket.addEventListener('open', () => {
    opening.add(Date.now() - began);
    // Every server answers a ping (RFC 6455, section 5.5.2), whatever it speaks.
    pings = setInterval(() => {
      pinged = Date.now();
      socket.ping();
    }, pingSeconds * 1000);
    setTimeout(() => {
      leaving = true;
      clearInterval(pings);
      socket.close();
    }, stays);
  });
  socket.addEventListener('pong', () => roundTrip.add(Date.now() - pinged));
  socket.addEventListener('error', () => count(false));
  socket.addEventListener('close', () => {
    clearInterval(pings);
    count(leaving);
  });
}
