"""An address book on asyncio's streams, which joins what it writes.   book_asyncio.py PORT BOOK"""
import asyncio
import csv
import sys

with open(sys.argv[2]) as file:
    NAMES = {email.strip().lower(): name for email, name in csv.reader(file)}


async def query(reader):
    kind, length = await reader.readexactly(2)
    if kind != ord("Q") or length > 127:
        return "Error: Unknown message protocol"
    email = (await reader.readexactly(length)).decode(errors="replace")
    return NAMES.get(email.strip().lower(), "Error 404")


async def talk(reader, writer):
    try:
        try:
            text = await query(reader)
        except asyncio.IncompleteReadError as error:
            if not error.partial and not error.expected:
                return
            text = "Error: Unknown message protocol"
        body = text.encode()[:127].decode(errors="ignore").encode()
        # Each write() would be a send() of its own.
        writer.writelines([b"R", bytes([len(body)]), body])
        await writer.drain()
        writer.write_eof()
        while await reader.read(65536):
            pass
    except OSError:
        pass
    finally:
        writer.close()


async def main():
    async with await asyncio.start_server(talk, "127.0.0.1", int(sys.argv[1])) as server:
        await server.serve_forever()


asyncio.run(main())
