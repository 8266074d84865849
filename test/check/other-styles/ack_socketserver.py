"""The acknowledger as the documentation of socketserver has its UDP server.   ack_socketserver.py PORT"""
import socketserver
import sys


class MyUDPHandler(socketserver.BaseRequestHandler):
    def handle(self):
        data, socket = self.request
        print(f"{self.client_address[0]} wrote:")
        print(data.strip())
        socket.sendto(b"Ok", self.client_address)


if __name__ == "__main__":
    with socketserver.UDPServer(("localhost", int(sys.argv[1])), MyUDPHandler) as server:
        server.serve_forever()
