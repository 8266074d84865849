import java.net.Socket;
import java.util.Scanner;

/** The calculator's client: the name, then an expression and its result, until q. */
public class CalculatorClient {
    public static void main(String[] args) throws Exception {
        Scanner keyboard = new Scanner(System.in);
        try (Socket server = new Socket(args[0], Integer.parseInt(args[1]))) {
            System.out.print("Name: ");
            server.getOutputStream().write(keyboard.nextLine().getBytes());
            byte[] buffer = new byte[1024];
            while (true) {
                System.out.print("Expression: ");
                if (!keyboard.hasNextLine()) return;
                String line = keyboard.nextLine();
                server.getOutputStream().write(line.getBytes());
                if (line.equals("q")) return;
                int n = server.getInputStream().read(buffer);
                if (n < 0) return;
                System.out.println(new String(buffer, 0, n));
            }
        }
    }
}
