"""A relay's client on asyncio, whose keyboard is a pipe of the loop.   relay_client_asyncio.py HOST PORT"""
import asyncio
import sys


async def hear(reader):
    while data := await reader.read(1000):
        print(data.decode(errors="replace").strip(), flush=True)
    print("connection closed", flush=True)


async def main(host, port):
    reader, writer = await asyncio.open_connection(host, port)
    loop = asyncio.get_running_loop()
    keyboard = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(keyboard), sys.stdin)
    hearing = asyncio.create_task(hear(reader))
    while not hearing.done():
        typing = asyncio.ensure_future(keyboard.readline())
        await asyncio.wait([typing, hearing], return_when=asyncio.FIRST_COMPLETED)
        if not typing.done():
            break
        line = typing.result().decode().strip()
        if line:
            writer.write(line.encode())
        if line in ("", "close"):
            break
    writer.close()


try:
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
except OSError as error:
    sys.exit(f"cannot: {error}")
