"""A client of the address book on asyncio; its address is an argument.   book_client_asyncio.py HOST PORT EMAIL"""
import asyncio
import sys


async def main(host, port, email):
    try:
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(b"Q" + bytes([len(email)]) + email.encode())
        await writer.drain()
        _, length = await reader.readexactly(2)
        print("Name:", (await reader.readexactly(length)).decode())
    except (OSError, asyncio.IncompleteReadError) as error:
        sys.exit(f"failed: {error}")


asyncio.run(main(*sys.argv[1:]))
