// A reverse client with StringBuilder.reverse(), which reads whatever has come.   java ReverseClient.java HOST PORT
import java.io.*;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Scanner;

public class ReverseClient {
    static String read(InputStream in) throws IOException {
        byte[] buffer = new byte[2048];
        int n = in.read(buffer);
        if (n < 0) throw new EOFException("server has closed the connection");
        return new String(buffer, 0, n, StandardCharsets.UTF_8);
    }

    public static void main(String[] args) {
        try (Socket socket = new Socket(args[0], Integer.parseInt(args[1])); Scanner keyboard = new Scanner(System.in)) {
            InputStream in = socket.getInputStream();
            OutputStream out = socket.getOutputStream();
            PrintStream screen = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            if (!read(in).startsWith("ACCEPT")) {
                screen.println("Sorry, the server is full.");
                return;
            }
            while (keyboard.hasNextLine()) {
                String line = keyboard.nextLine();
                out.write(line.getBytes(StandardCharsets.UTF_8));
                if (line.equals("exit")) return;
                screen.println(new StringBuilder(read(in)).reverse());
            }
        } catch (IOException error) {
            System.out.println("Error: " + error.getMessage());
            System.exit(1);
        }
    }
}
