-- Records --------------------------------------------------------------------------------------------------------------------------

local function may_be_text(body)
  local nul = body:find("\0", 1, true)
  if nul == 1 or (nul and body:find("[^%z]", nul)) then return false end
  local text = nul and body:sub(1, nul - 1) or body
  return not text:find("[\1-\8\14-\31\127\255]")
end

-- Whether these bytes can be a record with this header, and whether all of it is there.
local function read_as(header, data)
  local start = 1 + header.padding + header.sizeBytes
  if data:sub(2, 1 + header.padding):find("[^%z]") then return "impossible" end
  local field = data:sub(2 + header.padding, start)
  local high = header.isLittle and field:sub(2) or field:sub(1, header.sizeBytes - 1)
  if high:find("[^%z]") then return "impossible" end
  if #data < start then return "open" end
  local length = integer_of(field, header.isLittle, false)
  local body = data:sub(start + 1, start + length)
  if length > header.longest then return #data == start and "whole" or "impossible" end
  if length == 0 then return data:find("[^%z]", start + 1) and "impossible" or "whole" end
  if not may_be_text(body) then return "impossible" end
  return #body == length and "whole" or "open"
end

local function tell_record(call, at, form, header, length)
  local start = 1 + header.padding + header.sizeBytes
  local body = call.data:sub(at + start, at + start + length - 1):gsub("%z+$", "")
  local carried, fields
  if body == "" then
    carried, fields = form, {}
  else
    carried, fields = text_message(call.role, form.carries, body)
  end
  for _, field in ipairs(fields) do field.at = field.at + at - 1 + start end
  call.conversation.known.header = header.name
  tell(call, carried or form, at, start + length, fields, { record = { header = header, length = length } })
  return at + start + length
end

-- A header that has to be found out: what the bytes behind the type allow [BOOK-1].
local function read_query(call, at, form)
  local data = call.data:sub(at)
  local whole, open = {}, 0
  for _, header in ipairs(form.headers) do
    local fit = read_as(header, data)
    if fit == "whole" then whole[#whole + 1] = header end
    if fit == "open" then open = open + 1 end
  end
  if #whole == 0 and open == 0 then
    local first = form.headers[1]
    local told = data:byte(2) or 0
    if told > first.longest or told == 0 then return false end
    if #data - 2 >= told then return tell_record(call, at, form, first, told) end
    if call.canWait then return nil, at end
    return false
  end
  if (#whole ~= 1 or open > 0) and call.canWait then return nil, at end
  if #whole == 0 then return false end
  local header = #whole == 1 and whole[1] or form.headers[1]
  local start = 1 + header.padding + header.sizeBytes
  local length = integer_of(data:sub(2 + header.padding, start), header.isLittle, false)
  if length > header.longest then return false end
  return tell_record(call, at, form, header, length)
end

local function length_in(header, data)
  local start = 1 + header.padding + header.sizeBytes
  if #data < start or data:sub(2, 1 + header.padding):find("[^%z]") then return nil end
  return integer_of(data:sub(2 + header.padding, start), header.isLittle, false), start
end

-- An answer has the header of its question; where none was seen, the one that fits.
local function read_answer(call, at, form)
  local data = call.data:sub(at)
  local asked
  for _, header in ipairs(form.headers) do
    if header.name == call.conversation.known.header then asked = header end
  end
  if not asked then
    for _, header in ipairs(form.headers) do
      local length, start = length_in(header, data)
      if not asked and length and start + length == #data:gsub("[%z\r\n]+$", "") then asked = header end
    end
    asked = asked or form.headers[1]
  end
  local length, start = length_in(asked, data)
  if length and #data - start >= length then return tell_record(call, at, form, asked, length) end
  local isPart = #data < 1 + asked.padding + asked.sizeBytes
  if call.canWait and (isPart or (length and length <= MAX_RECORD)) then return nil, at end
  return false
end

local function read_record(call, at)
  for _, form in ipairs(call.forms) do
    if form.type == call.data:byte(at) then
      if form.isAsAsked then return read_answer(call, at, form) end
      return read_query(call, at, form)
    end
  end
  return false
end
