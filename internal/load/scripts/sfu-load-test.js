// What k6 can of the design's SFU Performance Test: participants join LiveKit's rooms and
// stay, over signalling. k6 speaks no WebRTC; media are in "gomeet load sfu".
import exec from 'k6/execution';
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import { WebSocket } from 'k6/websockets';
import { Rate, Trend } from 'k6/metrics';
import { setInterval, clearInterval, setTimeout } from 'k6/timers';
import { begins, holdSeconds, number, rampSeconds, stay, text } from './lib.js';

const url = text('TARGET');
const key = text('LIVEKIT_KEY');
const secret = text('LIVEKIT_SECRET');
const perRoom = number('PARTICIPANTS_PER_ROOM');
const pingSeconds = number('PING_SECONDS');
const run = text('RUN');

const succeeded = new Rate('connection_success');
const joining = new Trend('join_time', true);

export const options = stay({ connection_success: [`rate>${number('CONNECTION_SUCCESS')}`] });

// The messages of livekit_rtc.proto that are needed here, in protobuf's encoding: fields 14
// (ping, an integer) and 8 (leave, empty) of a request, and 1 (join) of a response.
const ping = new Uint8Array([(14 << 3) | 0, 1]).buffer;
const leave = new Uint8Array([(8 << 3) | 2, 0]).buffer;
const joinTag = (1 << 3) | 2;

// token is a JWT that lets one participant into a room while the test runs.
function token(room, identity) {
  const part = (value) => encoding.b64encode(JSON.stringify(value), 'rawurl');
  const now = Math.floor(Date.now() / 1000);
  const signed = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({
    iss: key, sub: identity, nbf: now - 60, exp: now + rampSeconds + holdSeconds + 300,
    video: { roomJoin: true, room },
  })}`;
  return `${signed}.${crypto.hmac('sha256', secret, signed, 'base64rawurl')}`;
}

export default function () {
  const id = exec.vu.idInTest;
  const user = begins(id);
  setTimeout(() => join(id, user.stay), user.wait);
}

function join(id, stays) {
  const room = `gomeet-load-${run}-${Math.floor((id - 1) / perRoom)}`;
  const began = Date.now();
  const socket = new WebSocket(`${url}/rtc?protocol=15&auto_subscribe=0`, null, {
    headers: { Authorization: `Bearer ${token(room, `load-${id}`)}` },
  });
  socket.binaryType = 'arraybuffer';
  let pings, joined = false, leaving = false, counted = false;
  const count = (good) => {
    if (!counted) {
      counted = true;
      succeeded.add(good);
    }
  };
  socket.addEventListener('message', (event) => {
    if (joined || new Uint8Array(event.data)[0] !== joinTag) {
      return;
    }
    joined = true;
    joining.add(Date.now() - began);
    pings = setInterval(() => socket.send(ping), pingSeconds * 1000);
    setTimeout(() => {
      leaving = true;
      clearInterval(pings);
      socket.send(leave);
      socket.close();
    }, stays);
  });
  socket.addEventListener('error', () => count(false));
  socket.addEventListener('close', () => {
    clearInterval(pings);
    count(leaving);
  });
}
