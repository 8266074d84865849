"""A calculator on the standard library's socketserver."""
import socketserver
import sys


class Session(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.recv(1024)
        while True:
            text = self.request.recv(1024).decode(errors="ignore").strip()
            if not text or text == "q":
                return
            self.request.sendall(self.result(text).encode())

    def result(self, text):
        parts = text.split()
        try:
            if len(parts) != 3:
                raise ValueError(text)
            a, b = float(parts[0]), float(parts[2])
        except ValueError:
            return "Incorrect expression format"
        match parts[1]:
            case "+":
                return repr(a + b)
            case "-":
                return repr(a - b)
            case "*":
                return repr(a * b)
            case "/":
                return "Division by zero" if b == 0 else repr(a / b)
        return "Incorrect operator"


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 32


with Server(("127.0.0.1", int(sys.argv[1])), Session) as server:
    server.serve_forever()
