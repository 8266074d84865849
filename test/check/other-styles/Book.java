// An address book with DataInputStream, a thread for each client.   java Book.java PORT BOOK
import java.io.*;
import java.net.*;
import java.nio.charset.StandardCharsets;
import java.nio.file.*;
import java.util.*;

public class Book {
    static final Map<String, String> names = new HashMap<>();

    static void talk(Socket socket) throws IOException {
        DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream()));
        String text = "Error: Unknown message protocol";
        byte type;
        try {
            type = in.readByte();
        } catch (EOFException nothing) {
            return;
        }
        try {
            byte length = in.readByte();
            if (type == 'Q' && length >= 0) {
                byte[] email = new byte[length];
                in.readFully(email);
                String key = new String(email, StandardCharsets.UTF_8).trim().toLowerCase();
                text = names.getOrDefault(key, "Error 404");
            }
        } catch (EOFException cut) {
            // Told as an unknown protocol.
        }
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        int size = Math.min(body.length, 127);
        while (size < body.length && (body[size] & 0xc0) == 0x80) size--;
        DataOutputStream out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream()));
        out.writeByte('R');
        out.writeByte(size);
        out.write(body, 0, size);
        out.flush();
        socket.shutdownOutput();
        while (in.read(new byte[4096]) >= 0) { }
    }

    public static void main(String[] args) throws IOException {
        for (String line : Files.readAllLines(Path.of(args[1]))) {
            String[] both = line.split(",", 2);
            names.putIfAbsent(both[0].trim().toLowerCase(), both[1]);
        }
        ServerSocket server = new ServerSocket(Integer.parseInt(args[0]));
        while (true) {
            Socket socket = server.accept();
            new Thread(() -> {
                try (socket) {
                    talk(socket);
                } catch (IOException gone) {
                    System.err.println(gone);
                }
            }).start();
        }
    }
}
