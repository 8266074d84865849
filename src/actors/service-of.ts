/** The service that plays a role here, by its side and transport. */
import { ClientRun } from "./client-run.ts";
import { ProxyListener } from "./proxy-listener.ts";
import type { InstanceService, ServiceContext } from "./service.ts";
import { TcpListener } from "./tcp-listener.ts";
import { UdpEndpoint } from "./udp-endpoint.ts";

export function serviceOf(context: ServiceContext): InstanceService {
  const { side, transport } = context.role();
  if (side === "proxy") return new ProxyListener(context);
  if (side === "client") return new ClientRun(context);
  return transport === "udp" ? new UdpEndpoint(context) : new TcpListener(context);
}
