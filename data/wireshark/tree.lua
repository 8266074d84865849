-- Wireshark ------------------------------------------------------------------------------------------------------------------------

local NEXT = { client = "server", server = "client" }
local ENDS = { line = "line end", NUL = "NUL", segment = "nothing: one segment is one message" }

-- Fields that every role has.
local function own_fields(prefix)
  return {
    message = ProtoField.string(prefix .. ".message", "Message"),
    from = ProtoField.string(prefix .. ".from", "From"),
    rule = ProtoField.string(prefix .. ".rule", "Rule"),
    state = ProtoField.string(prefix .. ".state", "State"),
    next = ProtoField.string(prefix .. ".next", "Speaks next"),
    error = ProtoField.bool(prefix .. ".error", "An error answer"),
    ends = ProtoField.string(prefix .. ".ends", "Ended by"),
    unfinished = ProtoField.bool(prefix .. ".unfinished", "Unfinished"),
    begins_in = ProtoField.framenum(prefix .. ".begins_in", "Begins in"),
    stale = ProtoField.uint32(prefix .. ".stale", "Stale bytes of a buffer"),
    header = ProtoField.string(prefix .. ".header", "Header"),
    record_type = ProtoField.uint8(prefix .. ".record_type", "Type", base.HEX),
    record_length = ProtoField.uint32(prefix .. ".record_length", "Length"),
    came = ProtoField.uint32(prefix .. ".came", "Bytes so far"),
    told = ProtoField.uint32(prefix .. ".told", "Bytes told"),
    other = ProtoField.bytes(prefix .. ".other", "Not as the rules say"),
  }
end

-- Bytes of a message: as far as they were captured.
local function range_of(buffer, at, length)
  local there = math.min(length, buffer:len() - at)
  if there <= 0 then return nil end
  return buffer(at, there)
end

local function added(item, field, range, value)
  if value == nil then return range and item:add(field, range) end
  if range then return item:add(field, range, value) end
  return item:add(field, value)
end

local function show_field(show, item, buffer, field)
  local form = show.role.fields[field.name]
  local range = range_of(buffer, field.at, field.length)
  local shown = added(item, show.fields[field.name], range, field.value)
  if form.isSecret and range and range:raw():find("^%*+$") then
    shown:append_text(" (hidden: a * for each byte)")
  end
end

-- Fields of a message as they were sent, for the list of packets; of bytes, their number.
local function text_of(show, buffer, message)
  local first, last = message.fields[1], message.fields[#message.fields]
  if not first then return "" end
  if first.value == nil then return first.length .. " bytes" end
  local range = range_of(buffer, first.at, last.at + last.length - first.at)
  if not range then return "" end
  if show.role.fields[first.name].kind == "integer" then return tostring(first.value) end
  local text = range:raw():gsub("%c", " ")
  if #text > MAX_SHOWN then text = text:sub(1, MAX_SHOWN):gsub("[\192-\255][\128-\191]*$", "") .. "..." end
  return text
end

-- Adds a message to the tree; answers how the list of packets tells it.
local function show_message(show, item, buffer, message, speaker)
  local own, form = show.own, message.form
  local name = form and form.name or "not as the rules say"
  local range = range_of(buffer, message.at - 1, message.length)
  local sub = added(item, own.message, range, name)
  sub:add(own.from, speaker):set_generated()
  if show.hasStates[speaker] then sub:add(own.state, message.state):set_generated() end
  if form then
    sub:add(own.rule, form.rule):set_generated()
  else
    added(sub, own.other, range)
    sub:add_proto_expert_info(show.notes.other)
  end
  if message.record and range then
    local header = message.record.header
    sub:add(own.header, header.name):set_generated()
    sub:add(own.record_type, buffer(message.at - 1, 1))
    sub:add(own.record_length, buffer(message.at + header.padding, header.sizeBytes), message.record.length)
  end
  for _, field in ipairs(message.fields) do show_field(show, sub, buffer, field) end
  if message.told then
    sub:add(own.came, message.came):set_generated()
    sub:add(own.told, message.told):set_generated()
  end
  if message.ends then sub:add(own.ends, ENDS[message.ends]):set_generated() end
  if message.isUnfinished then sub:add(own.unfinished, true):set_generated() end
  if form and form.isError then
    sub:add(own.error, true):set_generated()
    sub:add_proto_expert_info(show.notes.error)
  end
  if form and not message.isUnfinished then sub:add(own.next, form.next or NEXT[speaker]):set_generated() end
  local text = text_of(show, buffer, message)
  if text == "" then return name end
  sub:append_text(" " .. text)
  return name .. " " .. text
end

local function show_all(show, result, tvb, pinfo, tree)
  pinfo.cols.protocol = show.role.title
  local buffer = tvb
  if result.joined then buffer = ByteArray.new(result.joined, true):tvb("Text of several segments") end
  local item = tree:add(show.proto, tvb(0, tvb:len()))
  local words = {}
  for index, message in ipairs(result.messages) do
    words[index] = show_message(show, item, buffer, message, result.speaker)
  end
  if result.begins then item:add(show.own.begins_in, result.begins):set_generated() end
  if result.stale then item:add(show.own.stale, result.stale):set_generated() end
  if #words == 0 then return end
  local text = result.speaker .. ": " .. table.concat(words, "; ")
  item:append_text(", " .. text)
  pinfo.cols.info = text
end

-- Whose words these are: the server's port is the one by which the dissector was found.
local function speaker_of(conversation, pinfo)
  local from = tostring(pinfo.src) .. " " .. pinfo.src_port
  if not conversation.serverEnd then
    local isServer = pinfo.match_uint == pinfo.src_port and pinfo.match_uint ~= pinfo.dst_port
    conversation.serverEnd = isServer and from or tostring(pinfo.dst) .. " " .. pinfo.dst_port
  end
  return conversation.serverEnd == from and "server" or "client"
end

-- A conversation is known by its stream; where Wireshark reads a file for the first time of two it tells none, and its ends have to do.
local function key_of(pinfo)
  local stream = tcp_stream() or udp_stream()
  if stream then return tostring(stream.value) end
  local one, other = tostring(pinfo.src) .. " " .. pinfo.src_port, tostring(pinfo.dst) .. " " .. pinfo.dst_port
  return one < other and one .. " " .. other or other .. " " .. one
end

-- Messages of `netlabctl capture --messages` are found by a table that says who spoke; no server listens on such a port.
local SPEAKERS = { "client", "server" }

local function register(role)
  local prefix = "netlabd_" .. role.name:gsub("%-", "_")
  local proto = Proto(prefix, "netlabd " .. role.title)
  local makers = {
    float = ProtoField.double, number = ProtoField.uint32, integer = ProtoField.int32, bytes = ProtoField.bytes,
  }
  local show = { role = role, proto = proto, own = own_fields(prefix), fields = {}, hasStates = {} }
  for _, speaker in ipairs(SPEAKERS) do
    local states = role[speaker].states
    show.hasStates[speaker] = next(states, next(states)) ~= nil
  end
  local all = {}
  for name, form in pairs(role.fields) do
    show.fields[name] = (makers[form.kind] or ProtoField.string)(prefix .. "." .. name, form.label)
    all[#all + 1] = show.fields[name]
  end
  for _, field in pairs(show.own) do all[#all + 1] = field end
  proto.fields = all
  show.notes = {
    error = ProtoExpert.new(prefix .. ".expert.error", "An error answer", expert.group.RESPONSE_CODE, expert.severity.NOTE),
    other = ProtoExpert.new(prefix .. ".expert.other", "Not as the rules say", expert.group.PROTOCOL, expert.severity.WARN),
  }
  proto.experts = { show.notes.error, show.notes.other }

  local conversations, seen = {}, {}
  function proto.init() conversations, seen = {}, {} end

  -- The conversation that these bytes belong to: a new one where the same ends had one that is over.
  local function conversation_for(pinfo, told)
    local key = key_of(pinfo)
    local before = conversations[key]
    local by = before and before.overBy
    if not before or by == "server" or (by and by == (told or speaker_of(before, pinfo))) then
      conversations[key] = new_conversation(role)
    end
    return conversations[key]
  end

  local function result_of(tvb, pinfo)
    local told = SPEAKERS[pinfo.match_uint]
    local conversation = conversation_for(pinfo, told)
    return read_given(role, conversation, {
      speaker = told or speaker_of(conversation, pinfo),
      data = tvb:len() > 0 and tvb:raw() or "",
      reported = tvb:reported_len(),
      time = tonumber(tostring(pinfo.abs_ts)),
      number = pinfo.number,
      canWait = role.transport == "tcp" and not told and pinfo.can_desegment > 0,
      isWhole = told ~= nil or role.transport == "udp",
    })
  end

  -- Once a frame was read it stays as it was: Wireshark looks at it again whenever it likes.
  function proto.dissector(tvb, pinfo, tree)
    local key = pinfo.number .. " " .. tvb:reported_len()
    if not pinfo.visited or not seen[key] then seen[key] = result_of(tvb, pinfo) end
    local result = seen[key]
    show_all(show, result, tvb, pinfo, tree)
    if result.missing then
      pinfo.desegment_offset = result.missing - 1
      pinfo.desegment_len = DESEGMENT_ONE_MORE_SEGMENT
    end
    return tvb:len()
  end

  local sides = DissectorTable.new(prefix .. ".speaker", "netlabd " .. role.title .. ": speaker", ftypes.UINT8, base.DEC, proto)
  for number in ipairs(SPEAKERS) do sides:add(number, proto) end

  -- Ports are a preference of each protocol, and may be chosen by hand too (Decode As).
  local ports = DissectorTable.get(role.transport .. ".port")
  local listening
  local function listen()
    if listening then ports:remove(listening, proto) end
    listening = proto.prefs.ports
    ports:add(listening, proto)
  end
  proto.prefs.ports = Pref.range(role.transport:upper() .. " ports", role.ports, "Ports of its servers", 65535)
  proto.prefs_changed = listen
  listen()
end

for _, role in ipairs(roles) do register(role) end
