import { type Command, Option } from "commander";
import { parseDurationMs } from "../input/durations.js";

/** Adds the options that every command takes, before or after its name. */
export function addGlobalOptions(program: Command): Command {
  const address = "where the system is: host:port, or scheduler=host:port,runner-gateway=...,log-store=...,catalog=...";
  return program
    .option("--address <address>", `${address} (default: 127.0.0.1:7400)`)
    .option("-n, --namespace <name>", "the namespace (default: default)")
    .option("--profile <name>", "the profile to take settings from")
    .option("--token <token>", "the token; other users of the machine can see it, so prefer --token-file")
    .option("--token-file <path>", "a file that holds the token")
    .option("--tls", "use TLS, with the authorities that Node trusts unless --tls-ca names one")
    .option("--no-tls", "use no TLS, whatever the profile says")
    .option("--tls-ca <path>", "authority of the servers' certificates (PEM); turns TLS on")
    .option("--tls-cert <path>", "own certificate (PEM), where servers ask for one")
    .option("--tls-key <path>", "key of the own certificate (PEM)")
    .option("--tls-server-name <name>", "name that the servers' certificates carry, where it isn't the address's host")
    .option("--ops-address <address>", "operations listeners for doctor: host:port or https://host:port, with commas")
    .addOption(
      new Option("--timeout <duration>", "the longest that one call may take (default: 30s)").argParser(
        parseDurationMs,
      ),
    )
    .addOption(
      new Option("-o, --output <format>", "how results are written (default: table)").choices(["table", "json"]),
    )
    .option("-q, --quiet", "no notes on the standard error, only errors");
}
