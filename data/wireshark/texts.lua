-- What the dissectors of netlabd have in common. `roles`, which stands above this, says what each protocol's messages are.
--
-- Of a TCP conversation each side has a state (which messages may come), and how it ends its texts is found out as netlabd does:
-- line, NUL, or one segment a message [FRAME-2…FRAME-4]. What a frame showed is kept by its number, so that it is the same when it is
-- looked at again.
--
-- A text without its end is shown where it begins, as unfinished, and again where its end comes ("begins in"); Wireshark's own
-- reassembly would show the last words of a connection never. Records and sizes are left to that reassembly, always a whole segment
-- more: an exact length is wrong when Wireshark reads a file twice.

-- Seconds within which segments belong together [FRAME-3].
local QUIET = 0.03
-- Seconds after which a word without its line end is a message [FRAME-2].
local TAIL = 2
-- Most bytes of a record's text that are waited for.
local MAX_RECORD = 60000
-- Least bytes of a first part of a buffer.
local SMALLEST_PART = 256
-- Longest value in the list of packets.
local MAX_SHOWN = 60
local USUAL_BUFFERS = {
  [256] = true, [512] = true, [1024] = true, [2048] = true, [4096] = true, [5000] = true, [8192] = true,
}

local tcp_stream = Field.new("tcp.stream")
local udp_stream = Field.new("udp.stream")

-- Values of fields -----------------------------------------------------------------------------------------------------------------

local function is_ipv4(text)
  local parts = { text:match("^(%d+)%.(%d+)%.(%d+)%.(%d+)$") }
  for _, part in ipairs(parts) do
    if #part > 3 or tonumber(part) > 255 or (#part > 1 and part:sub(1, 1) == "0") then return false end
  end
  return #parts == 4
end

-- Groups of one half of an IPv6 address; nil: they are none.
local function ipv6_groups(text)
  if text == "" then return 0 end
  local count = 0
  local rest = text .. ":"
  while rest ~= "" do
    local group, behind = rest:match("^([^:]*):(.*)$")
    if behind == "" and group:find(".", 1, true) then
      if not is_ipv4(group) then return nil end
      count = count + 2
    elseif group:match("^%x%x?%x?%x?$") then
      count = count + 1
    else
      return nil
    end
    rest = behind
  end
  return count
end

local function is_ipv6(text)
  local from, to = text:find("::", 1, true)
  if not from then return ipv6_groups(text) == 8 end
  local before, behind = text:sub(1, from - 1), text:sub(to + 1)
  if before:find(".", 1, true) or behind:find("::", 1, true) then return false end
  local one, other = ipv6_groups(before), ipv6_groups(behind)
  return one ~= nil and other ~= nil and one + other <= 7
end

-- Python's float(); nil: it is none.
local function float(text)
  local sign, word = text:match("^([-+]?)(%a+)$")
  if word then
    word = word:lower()
    if word == "nan" then return 0 / 0 end
    if word == "inf" or word == "infinity" then return sign == "-" and -math.huge or math.huge end
    return nil
  end
  -- An underscore may stand between two digits alone.
  if text:find("^_") or text:find("[^%d]_") or text:find("_[^%d]") or text:find("_$") then return nil end
  local plain = text:gsub("_", "")
  local mantissa = plain:match("^[-+]?([%d.]+)$") or plain:match("^[-+]?([%d.]+)[eE][-+]?%d+$")
  if not mantissa or not (mantissa:find("^%d+%.?%d*$") or mantissa:find("^%.%d+$")) then return nil end
  return tonumber((plain:gsub("^%+", "")))
end

local function characters(text)
  return select(2, text:gsub("[^\128-\191]", ""))
end

local checks = {
  text = function(value, form)
    if value == "" or (form.most and characters(value) > form.most) then return nil end
    if form.without and value:find(form.without, 1, true) then return nil end
    return value
  end,
  word = function(value)
    return value:match("^%S+$")
  end,
  choice = function(value, form)
    for _, word in ipairs(form.words) do
      if word == value then return value end
    end
    return nil
  end,
  float = float,
  number = function(value, form)
    if not value:match("^%d+$") or #value > 9 or (form.digits and #value ~= form.digits) then return nil end
    local number = tonumber(value)
    if number < form.least or number > form.most then return nil end
    return number
  end,
  address = function(value)
    return (is_ipv4(value) or is_ipv6(value)) and value or nil
  end,
}

-- Texts ----------------------------------------------------------------------------------------------------------------------------

-- Where a field ends that begins at `at`: before what stands behind it, or with the text.
local function end_of_field(part, behind, text, at)
  if behind == nil and part.delimiter == nil then return #text end
  if behind ~= nil and type(behind) ~= "string" then
    local from = text:find("%s", at)
    return from and from - 1
  end
  local sign = behind or part.delimiter
  local from = text:find(sign, at, true)
  local stop = from and from - 1
  while part.isToLast and from do
    stop = from - 1
    from = text:find(sign, from + 1, true)
  end
  return stop or (behind == nil and #text or nil)
end

-- Adds the fields of a text to `found`; answers where the pattern ended, or nil.
local function match_parts(role, parts, text, at, found)
  for index, part in ipairs(parts) do
    if type(part) == "string" then
      if text:sub(at, at + #part - 1) ~= part then return nil end
      at = at + #part
    elseif part.isBlank then
      local _, to = text:find("^%s+", at)
      if not to then return nil end
      at = to + 1
    else
      local stop = end_of_field(part, parts[index + 1], text, at)
      local form = role.fields[part.field]
      local value = stop and checks[form.kind](text:sub(at, stop), form)
      if value == nil then return nil end
      found[#found + 1] = { name = part.field, at = at - 1, length = stop - at + 1, value = value }
      at = stop + 1
    end
  end
  return at
end

local function match_text(role, form, text)
  local found = {}
  local at = match_parts(role, form.text, text, 1, found)
  if form.repeats then
    local count = 0
    while at and at <= #text do
      at = match_parts(role, form.repeats, text, at, found)
      count = count + 1
    end
    if count == 0 then return nil end
  end
  return at == #text + 1 and found or nil
end

-- A text without what is of no account, and how many bytes in front of it were left out.
local function trimmed(role, text)
  local nul = text:find("\0", 1, true)
  if nul then text = text:sub(1, nul - 1) end
  if role.trims == "line-end" then return (text:gsub("[\r\n]+$", "")), 0 end
  text = text:gsub("%s+$", "")
  if role.trims == "end" then return text, 0 end
  local lead = #text:match("^%s*")
  return text:sub(lead + 1), lead
end

-- The first of these forms that the text has, and its fields.
local function text_message(role, forms, text)
  local plain, lead = trimmed(role, text)
  for _, form in ipairs(forms) do
    local found = form.text and match_text(role, form, plain)
    if found then
      for _, field in ipairs(found) do field.at = field.at + lead end
      return form, found
    end
    if form.word == plain then return form, {} end
  end
  return nil, {}
end
