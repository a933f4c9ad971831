-- Plays a list of requests with wrk, in order, each once or round and round, and prints one line of JSON. The same for every
-- program measured. Environment: PLAY_LIST, lines of "METHOD <tab> path <tab> body"; PLAY_HEADS, a set of headers a line, parted by
-- tabs, taken by turns; PLAY_ONCE, the list is not begun again; PLAY_TAKE, a file that gets the id and version of each answer.
local requests, heads, next, ended = {}, {}, 0, false
local once, take, thread = os.getenv("PLAY_ONCE") == "yes", nil, nil

function setup(t)
   thread = t
end

function init(args)
   for line in io.lines(os.getenv("PLAY_HEADS")) do
      heads[#heads + 1] = "Host: 127.0.0.1\r\n" .. line:gsub("\t", "\r\n") .. "\r\n"
   end
   for line in io.lines(os.getenv("PLAY_LIST")) do
      local method, path, body = line:match("^(%u+)\t([^\t]+)\t(.*)$")
      requests[#requests + 1] = { method .. " " .. path .. " HTTP/1.1\r\n",
         body == "" and "\r\n" or "Content-Type: application/json\r\nContent-Length: " .. #body .. "\r\n\r\n" .. body, path }
   end
   if os.getenv("PLAY_TAKE") then
      take = io.open(os.getenv("PLAY_TAKE"), "w")
      response = function(status, headers, body)
         local id, version = body:match('"id":"?(%d+)'), body:match('"version":(%d+)')
         if status < 300 and id then take:write(id, " ", version or 0, "\n") end
      end
   end
end

function request()
   next = next + 1
   local head = heads[next % #heads + 1]
   if once and next > #requests then
      -- All were sent: what others still wait for comes in, this connection only looks.
      if not ended then ended = true end
      wrk.thread:stop()
      return "GET " .. requests[1][3] .. " HTTP/1.1\r\n" .. head .. "\r\n"
   end
   local r = requests[(next - 1) % #requests + 1]
   return r[1] .. head .. r[2]
end

function done(summary, latency, n)
   local e = summary.errors
   io.write(string.format('{"requests":%d,"seconds":%.3f,"bytes":%d,"refused":%d,"broken":%d,"late":%d,"p50_us":%d,"p99_us":%d}\n',
      summary.requests, summary.duration / 1e6, summary.bytes, e.status, e.connect + e.read + e.write, e.timeout,
      latency:percentile(50), latency:percentile(99)))
end
