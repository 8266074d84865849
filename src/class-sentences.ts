/** Sentences about a class: its roster, its ports, its limits. Part of `error-table.ts`. */
export const classSentences = {
  "roster-lines": "{file}: {lines}; nothing was changed",
  "no-students": "{file} has no students: write a line for each below its header",
  key: "the key of the class, {file}, cannot be used: {why}",
  settings: "{place}: class: {why}",
  "no-files":
    "{place}: {places} stands for a student's own files: name their folder, e.g. files: ./files under class:",
  "no-flags":
    "class: flags: true needs a text file with {place} in it in the folder of files:, e.g. files: ./files",
  "own-port":
    "{place}: each student gets a port of her own from ports: under class:, so port: does not belong here",
  "group-port":
    "{place}: each group gets a port of its own from group-ports: under class:, so port: does not belong here",
  "no-place": "{place}: {word} stands for nothing; a {whose} has {known}",
  "no-port-of": "{place}: {word} names no role of {list}:; there are {known}",
  "no-fixed-port":
    "{place}: {word} needs ports that are known before the start: write {key}: {example} under class:",
  "own-name": "{place}: {option}: comes from the roster here",
  "per-student": "each: has {roles} roles, and per-student: leaves room for {perStudent}",
  "ports-room":
    "ports: {first}-{last} has room for {places} students with {perStudent} ports each, and {needed} are needed: write {first}-{wanted} (students who left keep their ports, so that no other's move)",
  "group-ports": "group-ports: {first}-{last} has too little room for {groups} groups",
  "ports-ephemeral":
    "ports: {first}-{last} overlap {low}-{high}, from which this system takes ports for clients: choose ports below {low}",
  "ports-taken":
    "other programs use ports of the class ({ports}): stop them, or choose other ports in the lab file",
  descriptors:
    "{roles} roles need {listeners} listeners, and {students} students about {peers} connections; this process may open {limit} files: ulimit -n {wanted} (systemd: LimitNOFILE={wanted}){orHost}, or let students share a port (shared:)",
} as const;

export const noClass = {
  "no-class":
    "this lab is not a class: start netlabd with a lab file that has roster: and each: (docs/class.md)",
  unknown: "no student {term:quoted} in this class; {hint}",
  flag: "{flag:quoted} is not a flag of any student in this class",
  value: "no student has the value {value:quoted}",
  group: "no group {group:quoted} in this class; {hint}",
} as const;
