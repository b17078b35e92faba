// What k6 can of the design's SFU Performance Test: participants join LiveKit's rooms and
// stay, over signalling, and LiveKit answers their pings to the end. k6 speaks no WebRTC; media are in "gomeet load sfu".
import exec from 'k6/execution';
import crypto from 'k6/crypto';
import encoding from 'k6/encoding';
import ws from 'k6/ws';
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { begins, connections, holdSeconds, number, rampSeconds, stay, text } from './lib.js';

const url = text('TARGET');
const key = text('LIVEKIT_API_KEY');
const secret = text('LIVEKIT_API_SECRET');
const perRoom = number('PARTICIPANTS_PER_ROOM');
const run = text('RUN');

const { thresholds, watch } = connections();
const joining = new Trend('join_time', true);

export const options = stay(thresholds);

// The messages of livekit_rtc.proto that are needed here, in protobuf's encoding: fields 14
// (ping, an integer) and 8 (leave, empty) of a request, and 1 (join) and 18 (pong, an
// integer) of a response.
const ping = new Uint8Array([(14 << 3) | 0, 1]).buffer;
const leave = new Uint8Array([(8 << 3) | 2, 0]).buffer;
const joinTag = (1 << 3) | 2;
const pongTag = [((18 << 3) & 0x7f) | 0x80, 18 >> 4];

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
  sleep(user.wait / 1000);
  join(id, user.stay);
}

function join(id, stays) {
  const room = `gomeet-load-${run}-${Math.floor((id - 1) / perRoom)}`;
  const began = Date.now();
  let socket, joined = false;
  const connection = watch(stays, {
    ping: () => socket.sendBinary(ping),
    leave: () => {
      socket.sendBinary(leave);
      socket.close();
    },
  });
  const headers = { Authorization: `Bearer ${token(room, `load-${id}`)}` };
  ws.connect(`${url}/rtc?protocol=15&auto_subscribe=0`, { headers }, (opened) => {
    socket = opened;
    connection.connected(socket);
    socket.on('binaryMessage', (data) => {
      const message = new Uint8Array(data);
      if (message[0] === joinTag && !joined) {
        joined = true;
        joining.add(Date.now() - began);
        connection.opened();
      } else if (message[0] === pongTag[0] && message[1] === pongTag[1]) {
        connection.answered();
      }
    });
  });
  connection.gone();
}
