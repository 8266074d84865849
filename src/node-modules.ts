/** Modules of Node's own that a start does without: each is loaded when it is first used, which costs a start a tenth of its time. */
export const crypto = () => process.getBuiltinModule("node:crypto");
export const childProcess = () => process.getBuiltinModule("node:child_process");
export const virtualMachine = () => process.getBuiltinModule("node:vm");
