// Registers what is typed, and lists what there is when DISCOVERY is typed.   java Registrar.java HOST PORT
import java.net.*;
import java.util.Scanner;

public class Registrar {
    public static void main(String[] args) throws Exception {
        DatagramSocket socket = new DatagramSocket();
        socket.setSoTimeout(2500);
        InetSocketAddress registry = new InetSocketAddress(args[0], Integer.parseInt(args[1]));
        Scanner keyboard = new Scanner(System.in);
        while (keyboard.hasNextLine()) {
            String line = keyboard.nextLine();
            socket.send(new DatagramPacket(line.getBytes(), line.length(), registry));
            if (!line.equals("DISCOVERY")) continue;
            try {
                while (true) {
                    DatagramPacket packet = new DatagramPacket(new byte[1500], 1500);
                    socket.receive(packet);
                    String text = new String(packet.getData(), 0, packet.getLength());
                    if (text.equals("end")) break;
                    String[] f = text.split(",");
                    for (int i = 1; i + 2 < f.length; i += 3)
                        System.out.printf("%-15s %6s %-5s %s%n", f[0], f[i], f[i + 1], f[i + 2]);
                }
            } catch (SocketTimeoutException lost) {
                System.out.println("the list has no end");
            }
        }
    }
}
