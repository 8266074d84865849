"""An address book on socketserver's StreamRequestHandler, one client after another.   book_socketserver.py PORT BOOK"""
import socketserver
import struct
import sys


def find(email):
    with open(sys.argv[2], encoding="utf-8") as book:
        for line in book:
            address, name = line.rstrip("\n").split(",", 1)
            if address.casefold() == email.strip().casefold():
                return name
    return "Error 404"


class Handler(socketserver.StreamRequestHandler):
    wbufsize = -1

    def handle(self):
        head = self.rfile.read(2)
        if not head:
            return
        name = "Error: Unknown message protocol"
        if len(head) == 2:
            kind, length = struct.unpack("cb", head)
            email = self.rfile.read(max(length, 0))
            if kind == b"Q" and len(email) == length:
                name = find(email.decode("utf-8", "replace"))
        text = name.encode()[:127].decode(errors="ignore").encode()
        self.wfile.write(struct.pack("cb", b"R", len(text)) + text)
        self.wfile.flush()
        self.connection.shutdown(1)
        while self.connection.recv(65536):
            pass


socketserver.TCPServer.allow_reuse_address = True
with socketserver.TCPServer(("", int(sys.argv[1])), Handler) as server:
    server.serve_forever()
