/** Folder of a person's own where Wireshark looks for Lua: the one that it names, else that of its versions since 3.0. */
export function luaFolder(home: string, folders: string): string {
  const [, named] = /^Personal Lua Plugins:\s*(.+)$/m.exec(folders) ?? [];
  return named?.trim() ?? `${home}/.local/lib/wireshark/plugins`;
}
