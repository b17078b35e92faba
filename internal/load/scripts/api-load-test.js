// The design's "Database Performance Test": requests to the API, which asks the database.
// The time of queries is not visible from here; the alerts watch it (objective "database").
import http from 'k6/http';
import { Rate } from 'k6/metrics';
import { arrive, number, text } from './lib.js';

const base = text('TARGET');
const paths = text('PATHS').split(',');
const limit = number('API_LIMIT_MS');
const percent = number('API_PERCENT');
const headers = __ENV.TOKEN ? { Authorization: `Bearer ${__ENV.TOKEN}` } : {};

// A request is good if it is answered well, and in time: errors are fast.
const good = new Rate('api_good');

export const options = arrive(number('REQUESTS_PER_SECOND'), {
  api_good: [`rate>${percent / 100}`],
  http_req_duration: [`p(${percent})<${limit}`],
  // Requests that no user was left for are not in the percentile, and would make it better.
  dropped_iterations: ['count<1'],
});

export default function () {
  const path = paths[Math.floor(Math.random() * paths.length)];
  // The path is the metric's name: what follows it may be different for every request.
  const response = http.get(base + path, { headers, tags: { name: path }, timeout: '10s' });
  good.add(response.status >= 200 && response.status < 400 && response.timings.duration < limit);
}
