// The design's WebSocket Connection Test: so many participants connect to the API and stay.
// A connection succeeds if it opens in time, and is open and answers pings when its
// participant leaves.
import exec from 'k6/execution';
import ws from 'k6/ws';
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { begins, connections, stay, text } from './lib.js';

const url = text('TARGET');
// The session token of a participant; without one the API decides.
const headers = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : {};

const { thresholds, watch } = connections();
const opening = new Trend('connection_opening', true);
const roundTrip = new Trend('connection_round_trip', true);

export const options = stay(thresholds);

export default function () {
  const user = begins(exec.vu.idInTest);
  sleep(user.wait / 1000);
  connect(user.stay);
}

function connect(stays) {
  const began = Date.now();
  let socket, pinged = 0;
  const connection = watch(stays, {
    // Every server answers a ping (RFC 6455, section 5.5.2), whatever it speaks.
    ping: () => {
      pinged = Date.now();
      socket.ping();
    },
    leave: () => socket.close(),
  });
  ws.connect(url, { headers }, (opened) => {
    socket = opened;
    connection.connected(socket);
    socket.on('open', () => {
      opening.add(Date.now() - began);
      connection.opened();
    });
    socket.on('pong', () => {
      roundTrip.add(Date.now() - pinged);
      connection.answered();
    });
  });
  connection.gone();
}
