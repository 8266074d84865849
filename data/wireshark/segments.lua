-- A segment ------------------------------------------------------------------------------------------------------------------------

local function read_next(call, at)
  local first = call.forms[1]
  if first.bytesOf then return read_counted(call, at) end
  if first.integer then return read_integer(call, at) end
  if first.type then return read_record(call, at) end
  if first.raw then return read_raw(call, at) end
  if not first.word then return read_text(call, at) end
  local stop, missing = read_word(call, at)
  if stop == false then return read_raw(call, at) end
  return stop, missing
end

-- Reads to the end; answers from where on a segment more is needed.
local function read_all(call)
  local states = call.role[call.speaker].states
  local at = 1
  while at and (at <= #call.data or (states[call.side.state][1].bytesOf and at <= call.reported)) do
    call.forms = states[call.side.state]
    call.stateBefore = call.side.state
    local stop, missing = read_next(call, at)
    if missing then return missing end
    if stop == false then
      tell(call, nil, at, #call.data - at + 1, {})
      return nil
    end
    at = stop
  end
  return nil
end

-- Joins a text that had no end with what comes, where that is its end.
local function join(call)
  local side = call.side
  local open = side.open
  side.open = nil
  if not open then return end
  local isNear = not side.isAnswered and call.time - open.time <= QUIET
  local isTail = side.habit == "line" or side.habit == "nul"
  if call.speaker == "server" then
    local habit = call.conversation.client.habit
    if habit ~= "line" and habit ~= "nul" then return end
    isTail = false
  elseif side.habit == "unknown" and not isNear then
    side.habit = "bare"
  end
  if side.habit == "bare" or (not isNear and (not isTail or open.isRaw)) then return end
  if not isTail and not call.data:find("[\n%z]") then
    -- Each is a message so far; with the end that may come, they are one.
    call.chain = { text = open.text .. call.data, states = open.states, time = call.time, first = open.first }
    return
  end
  put_back(call.conversation, open.states)
  call.data = open.text .. call.data
  call.reported = call.reported + #open.text
  call.begins = open.first
  call.isJoined = true
end

-- [FRAME-4] Whether a segment belongs to the burst before it: a fixed buffer may come in several.
local function note_burst(call)
  local side, size = call.side, #call.data
  local before = side.burst
  side.burst = { total = size, strings = 0, time = call.time }
  if not before or call.time - before.time > QUIET then return end
  local isRest = before.total >= SMALLEST_PART and not USUAL_BUFFERS[size] and USUAL_BUFFERS[before.total + size]
  if side.isAnswered and not isRest and (before.endsInNul or USUAL_BUFFERS[before.total]) then return end
  side.burst.total = before.total + size
  side.burst.strings = before.strings
  if before.rest then
    call.data = before.rest .. call.data
    call.reported = call.reported + #before.rest
    call.isJoined = true
  end
end

-- A call of a dissector: what it shows, and where it wants more. Changes the conversation.
local function read_given(role, conversation, given)
  local side = conversation[given.speaker]
  local call = {
    role = role, conversation = conversation, side = side, messages = {},
    speaker = given.speaker, data = given.data, reported = given.reported, time = given.time, number = given.number,
    canWait = given.canWait, isWhole = given.isWhole,
  }
  function call:hasMoved() return self.side.state ~= self.stateBefore end
  local isClient = given.speaker == "client"
  local hadTail = side.open ~= nil
  if not call.isWhole then
    join(call)
    if isClient and side.habit == "nul" and not hadTail then note_burst(call) end
  end
  side.isAnswered = false
  conversation[isClient and "server" or "client"].isAnswered = true
  local missing = read_all(call)
  if isClient and side.burst then side.burst.endsInNul = call.data:sub(-1) == "\0" end
  if call.chain then side.open = call.chain end
  return {
    messages = call.messages, missing = missing, stale = call.stale, begins = call.begins,
    joined = call.isJoined and call.data or nil, speaker = given.speaker,
  }
end
