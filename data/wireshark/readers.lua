-- A conversation -------------------------------------------------------------------------------------------------------------------

local function new_conversation(role)
  local function side(first)
    return { state = first, habit = "unknown", open = nil, burst = nil, isAnswered = false }
  end
  -- `known`: what a message told that a later one is read by: a size, a header.
  return { client = side(role.client.first), server = side(role.server.first), known = {} }
end

local function states_of(conversation)
  local known = {}
  for key, value in pairs(conversation.known) do known[key] = value end
  return { client = conversation.client.state, server = conversation.server.state, known = known }
end

local function put_back(conversation, states)
  conversation.client.state = states.client
  conversation.server.state = states.server
  conversation.known = states.known
end

local function move(conversation, moves)
  if moves and moves.client then conversation.client.state = moves.client end
  if moves and moves.server then conversation.server.state = moves.server end
end

-- A message that was found; what it is moves the conversation on, once it is whole.
local function tell(call, form, at, length, fields, more)
  local message = { form = form, at = at, length = length, fields = fields, state = call.side.state }
  for key, value in pairs(more or {}) do message[key] = value end
  call.messages[#call.messages + 1] = message
  if not form or message.isUnfinished then return end
  move(call.conversation, form.leads)
  if form.next == "nobody" then call.conversation.overBy = call.speaker end
end

local function tell_text(call, text, at, more)
  local form, fields = text_message(call.role, call.forms, text)
  for _, field in ipairs(fields) do field.at = field.at + at - 1 end
  tell(call, form, at, #text, fields, more)
end

-- Readers: each takes what it can from a place on and answers where it ended; nil: all is read; nil and a place: from there on a
-- segment more is needed; false: these bytes are nothing that it knows.

local function without_return(text)
  local lead = #text:match("^%z*")
  return text:sub(lead + 1):gsub("\r$", ""), lead
end

-- Bytes that may be continued, and how the conversation stood before them.
local function opened(call, at)
  return {
    text = call.data:sub(at),
    states = states_of(call.conversation),
    time = call.time,
    first = call.begins or call.number,
  }
end

-- A text without an end: whole, where nothing more of it is to come.
local function tell_tail(call, at, ends)
  local text, lead = without_return(call.data:sub(at))
  if text == "" then return nil end
  local open = opened(call, at)
  tell_text(call, text, at + lead, { ends = ends, isUnfinished = ends ~= "segment" })
  call.side.open = open
  return nil
end

local function read_lines(call, at)
  while at <= #call.data do
    local newline = call.data:find("\n", at, true)
    if not newline then return tell_tail(call, at, "line") end
    local text, lead = without_return(call.data:sub(at, newline - 1))
    if text ~= "" then tell_text(call, text, at + lead, { ends = "line" }) end
    at = newline + 1
    if call:hasMoved() then return at end
  end
  return nil
end

-- [FRAME-4] The first string of a burst counts; those behind it, where the burst is packed and no fixed buffer.
local function read_strings(call, at)
  local burst = call.side.burst
  local isPacked = call.data:sub(-1) == "\0" and not USUAL_BUFFERS[burst.total]
  while true do
    at = call.data:find("[^%z]", at)
    if not at then return nil end
    if burst.strings > 0 and not isPacked then
      call.stale = #call.data - at + 1
      burst.rest = call.data:sub(at)
      return nil
    end
    local nul = call.data:find("\0", at, true)
    if not nul then return tell_tail(call, at, "NUL") end
    local text = call.data:sub(at, nul - 1):gsub("\n$", ""):gsub("\r$", "")
    if text ~= "" then tell_text(call, text, at, { ends = "NUL" }) end
    burst.strings = burst.strings + 1
    at = nul + 1
    if call:hasMoved() then return at end
  end
end

-- A segment of a side that ends nothing: its strings, where it is a C program's buffer.
local function read_segment(call, at)
  local data = call.data
  if not data:find("\0", at, true) then return tell_tail(call, at, "segment") end
  local isPacked = data:sub(-1) == "\0" and not USUAL_BUFFERS[#data]
  local count = 0
  while true do
    at = data:find("[^%z]", at)
    if not at then return nil end
    if count > 0 and not isPacked then
      call.stale = #data - at + 1
      return nil
    end
    local stop = data:find("\0", at, true) or #data + 1
    local text, lead = without_return(data:sub(at, stop - 1))
    tell_text(call, text, at + lead, { ends = "segment" })
    count = count + 1
    at = stop + 1
    if call:hasMoved() then return at end
  end
end

-- A server's texts: ended as its client ends its own, or a segment each [FRAME-5].
local function read_server_text(call, at)
  while at <= #call.data do
    local stop = call.data:find("[\n%z]", at)
    if not stop then return tell_tail(call, at, "segment") end
    local text, lead = without_return(call.data:sub(at, stop - 1))
    local ends = call.data:byte(stop) == 0 and "NUL" or "line"
    if text ~= "" then tell_text(call, text, at + lead, { ends = ends }) end
    at = stop + 1
    if call:hasMoved() then return at end
  end
  return nil
end

-- [FRAME-2…FRAME-4] How a client ends its texts is learnt from its own bytes.
local function read_client_text(call, at)
  local side = call.side
  if side.habit == "unknown" or side.habit == "bare" then
    local newline, nul = call.data:find("\n", at, true), call.data:find("\0", at, true)
    if side.habit == "unknown" and nul and (not newline or nul < newline or nul == newline + 1) then
      side.habit = "nul"
      side.burst = { total = #call.data, strings = 0, time = call.time }
    elseif newline then
      side.habit = "line"
    end
  end
  if side.habit == "line" then return read_lines(call, at) end
  if side.habit == "nul" then return read_strings(call, at) end
  return read_segment(call, at)
end

local function read_text(call, at)
  if call.isWhole then
    local text = call.data:sub(at):gsub("\r?\n?%z*$", "")
    tell_text(call, text, at, {})
    return nil
  end
  if call.speaker == "server" then return read_server_text(call, at) end
  return read_client_text(call, at)
end

-- How many bytes behind a word are their ending, where a size may follow it glued.
local function ending_length(rest, length)
  if #rest == 4 then return 0 end
  local newline = #(rest:match("^\r?\n") or "")
  local behind = rest:sub(newline + 1)
  local padding = #behind:match("^%z*")
  if padding == 0 then return newline end
  if #behind == 1 or #behind == 5 then return newline + 1 end
  if padding <= 4 then return newline end
  if padding == #behind and not USUAL_BUFFERS[length + #rest - 4] then return #rest end
  return padding >= #behind - 4 and #rest - 4 or newline
end

-- [FRAME-9] Words, with any ending, maybe glued to what follows.
local function read_word(call, at)
  local start = call.data:find("[^%z\r\n]", at)
  if not start then return #call.data + 1 end
  local mayCome = false
  for _, form in ipairs(call.forms) do
    local word = form.word
    if word and call.data:sub(start, start + #word - 1) == word then
      local rest = call.data:sub(start + #word)
      local ending = call.isWhole and #rest:match("^[%z\r\n]*") or ending_length(rest, #word)
      tell(call, form, start, #word, {})
      return start + #word + ending
    end
    local came = call.data:sub(start)
    if word and #came < #word and word:sub(1, #came) == came then mayCome = true end
  end
  if mayCome and call.canWait then return nil, start end
  return false
end

local function read_raw(call, at)
  local form
  for _, one in ipairs(call.forms) do
    if one.raw then form = one end
  end
  if not form then return false end
  local stop = #call.data
  if call.speaker == "client" and call.side.habit == "line" and not call.isWhole then
    local newline = call.data:find("\n", at, true)
    -- A line that is not whole is one message with what comes at once [FILE-0].
    if not newline then
      call.side.open = opened(call, at)
      call.side.open.isRaw = true
    end
    stop = newline or stop
  end
  local fields = form.field and { { name = form.field, at = at - 1, length = stop - at + 1 } } or {}
  tell(call, form, at, stop - at + 1, fields)
  return stop + 1
end

-- Bytes of a file, in the pieces in which they came.
local function read_counted(call, at)
  local form = call.forms[1]
  local known = call.conversation.known
  local told = known[form.bytesOf]
  if not told or told < 0 then return false end
  local came = known.came or 0
  local length = math.min(call.reported - at + 1, told - came)
  local isLast = came + length >= told
  known.came = not isLast and came + length or nil
  local fields = form.field and { { name = form.field, at = at - 1, length = length } } or {}
  tell(call, form, at, length, fields, { came = came + length, told = told, isUnfinished = not isLast })
  return at + length
end

local function integer_of(bytes, isLittle, isSigned)
  local value = 0
  for index = 1, #bytes do
    local byte = bytes:byte(isLittle and #bytes + 1 - index or index)
    value = value * 256 + byte
  end
  local limit = 2 ^ (8 * #bytes - 1)
  return isSigned and value >= limit and value - 2 * limit or value
end

-- A size; a line end or NUL that came too late for the word before it is none of it.
local function read_integer(call, at)
  local form = call.forms[1]
  local data = call.data:sub(at)
  local size = form.sizeBytes
  if #data < size then
    if call.canWait then return nil, at end
    return false
  end
  local newline = #(data:match("^\r?\n") or "")
  local ending = newline > 0 and newline or (data:byte(1) == 0 and 1 or 0)
  local start = #data == ending + size and ending or 0
  if newline > 0 and #data ~= size and #data < newline + size and call.canWait then return nil, at end
  local value = integer_of(data:sub(start + 1, start + size), form.isLittle, true)
  call.conversation.known[form.integer] = value
  local field = { name = form.integer, at = at - 1 + start, length = size, value = value }
  tell(call, form, at + start, size, { field })
  -- Of an empty file no byte comes.
  local counted = value == 0 and call.role.server.states[call.conversation.server.state][1]
  if counted and counted.bytesOf == form.integer then move(call.conversation, counted.leads) end
  return at + start + size
end
