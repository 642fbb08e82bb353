-- A script for wrk: the address after --, its text new with each request or not, headers as name
-- and value in turns, and the figures.
local target, seed, number = "", "", 0

function init(args)
  target, seed = args[1], args[2] or ""
  for place = 3, #args, 2 do
    wrk.headers[args[place]] = args[place + 1]
  end
end

function request()
  number = number + 1
  if seed ~= "" then
    return wrk.format("GET", target .. "%0A%23" .. seed .. "-" .. number)
  end
  return wrk.format("GET", target)
end

function done(summary, latency)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write
    + summary.errors.status + summary.errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "failed": %d, "seconds": %.6f, "p50": %.6f, "p99": %.6f}\n',
    summary.requests, failed, summary.duration / 1e6,
    latency:percentile(50) / 1e6, latency:percentile(99) / 1e6))
end
