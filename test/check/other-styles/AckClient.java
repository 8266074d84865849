// A client that is acknowledged.   java AckClient.java HOST PORT
import java.net.*;
import java.util.Scanner;

public class AckClient {
    public static void main(String[] args) throws Exception {
        Scanner keyboard = new Scanner(System.in);
        try (DatagramSocket socket = new DatagramSocket()) {
            socket.setSoTimeout(1500);
            System.out.print("message: ");
            while (keyboard.hasNextLine()) {
                byte[] text = keyboard.nextLine().getBytes();
                socket.send(new DatagramPacket(text, text.length, InetAddress.getByName(args[0]), Integer.parseInt(args[1])));
                DatagramPacket answer = new DatagramPacket(new byte[100], 100);
                try {
                    socket.receive(answer);
                    System.out.println("server: " + new String(answer.getData(), 0, answer.getLength()));
                } catch (SocketTimeoutException lost) {
                    System.out.println("not acknowledged");
                }
                System.out.print("message: ");
            }
        }
    }
}
