import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A calculator with a thread for each client. */
public class Calculator {
    static String compute(String text) {
        String[] words = text.trim().split("\\s+");
        if (words.length != 3) return "Incorrect expression format";
        double a, b;
        try {
            a = Double.parseDouble(words[0]);
            b = Double.parseDouble(words[2]);
        } catch (NumberFormatException e) {
            return "Incorrect expression format";
        }
        switch (words[1]) {
            case "+": return "" + (a + b);
            case "-": return "" + (a - b);
            case "*": return "" + (a * b);
            case "/": return b == 0 ? "Division by zero" : "" + (a / b);
            default: return "Incorrect operator";
        }
    }

    static void serve(Socket client) {
        try (client) {
            InputStream in = client.getInputStream();
            byte[] buffer = new byte[1024];
            int n = in.read(buffer);
            while (n > 0 && (n = in.read(buffer)) > 0) {
                String text = new String(buffer, 0, n, StandardCharsets.UTF_8).trim();
                if (text.equals("q")) return;
                client.getOutputStream().write(compute(text).getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            System.out.println("lost a client: " + e.getMessage());
        }
    }

    public static void main(String[] args) throws IOException {
        ServerSocket server = new ServerSocket(Integer.parseInt(args[0]), 50, InetAddress.getByName("127.0.0.1"));
        while (true) {
            Socket client = server.accept();
            new Thread(() -> serve(client)).start();
        }
    }
}
