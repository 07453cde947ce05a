# SPDX-License-Identifier: GPL-2.0-or-later
"""Judge what our daemons sent, by tshark and by the table below.

ptp-sent.py CASE FILE...: prints TAP lines of these captures (pcap, of Ethernet).
"""
import collections
import os
import struct
import subprocess
import sys
import tempfile

TYPES = {0: "Sync", 1: "Delay_Req", 2: "Pdelay_Req", 3: "Pdelay_Resp", 8: "Follow_Up",
         9: "Delay_Resp", 10: "Pdelay_Resp_Follow_Up", 11: "Announce", 12: "Signaling",
         13: "Management"}
TLVS = {1: "MANAGEMENT", 2: "MANAGEMENT_ERROR_STATUS", 4: "REQUEST_UNICAST_TRANSMISSION",
        5: "GRANT_UNICAST_TRANSMISSION", 6: "CANCEL_UNICAST_TRANSMISSION",
        7: "ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION", 8: "PATH_TRACE",
        0xFF00: "CSPTP_REQUEST", 0xFF01: "CSPTP_RESPONSE", 0xF002: "CSPTP_STATUS"}
ORGANIZATIONS = {"0080c2000001": "802.1AS Follow_Up information",
                 "0080c2000002": "802.1AS message interval request",
                 "0080c2000004": "802.1AS gPTP capable",
                 "1c129d000002": "C37.238-2017"}
# Octets before the TLVs
BODY = {0: 44, 1: 44, 2: 54, 3: 54, 8: 44, 9: 54, 10: 54, 11: 64, 12: 44, 13: 48}

DAEMON = {f"ptp-daemon-{t}" for t in ("ethernet", "ipv4", "ipv6")}
UNICAST = {f"ptp-unicast-{t}" for t in ("ethernet", "ipv4", "ipv6")}
P2P = {"ptp-unicast-p2p"}
GRANTED = UNICAST | P2P
CHOICE = {"ptp-unicast-choice"}
AS = {"ptp-802.1as"}
POWER = {"ptp-power"}
MANAGEMENT = {"ptp-management"}
STATELESS = {"ptp-stateless"}
DOMAINS = {"ptp-domains"}
# All that this project can send, and the cases in which it has to be seen
SENT = {
    "Sync": DAEMON | GRANTED | AS | STATELESS | DOMAINS,
    "Follow_Up": DAEMON | GRANTED | AS | STATELESS | DOMAINS,
    "Announce": DAEMON | GRANTED | AS | MANAGEMENT | STATELESS | DOMAINS,
    "Delay_Req": DAEMON | UNICAST | DOMAINS,
    "Delay_Resp": DAEMON | UNICAST | STATELESS | DOMAINS,
    "Pdelay_Req": DAEMON | P2P | AS,
    "Pdelay_Resp": DAEMON | P2P | AS,
    "Pdelay_Resp_Follow_Up": DAEMON | P2P | AS,
    "Announce PATH_TRACE": AS,
    "Announce C37.238-2017": POWER,
    "Follow_Up 802.1AS Follow_Up information": AS,
    "Signaling 802.1AS message interval request": AS,
    "Signaling 802.1AS gPTP capable": AS,
    "Signaling REQUEST_UNICAST_TRANSMISSION": GRANTED | CHOICE,
    "Signaling GRANT_UNICAST_TRANSMISSION": GRANTED | CHOICE | STATELESS,
    "Signaling CANCEL_UNICAST_TRANSMISSION": CHOICE,
    "Signaling ACKNOWLEDGE_CANCEL_UNICAST_TRANSMISSION": STATELESS,
    "Management MANAGEMENT": MANAGEMENT,
    "Management MANAGEMENT_ERROR_STATUS": MANAGEMENT,
    "Sync CSPTP_REQUEST": STATELESS,
    "Sync CSPTP_RESPONSE": STATELESS,
    "Sync CSPTP_STATUS": STATELESS,
    # SPTP has the format of ordinary messages
}


def frames(path):
    """Octets of each frame of a pcap file."""
    with open(path, "rb") as f:
        head = f.read(24)
        order = "<" if head[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
        while len(record := f.read(16)) == 16:
            yield f.read(struct.unpack(order + "IIII", record)[2])


def payload(frame):
    """The PTP message in it."""
    ethertype = frame[12:14]
    if ethertype == b"\x88\xf7":
        return frame[14:]
    if ethertype == b"\x08\x00":
        return frame[14 + 4 * (frame[14] & 15) + 8:]
    if ethertype == b"\x86\xdd":
        return frame[14 + 40 + 8:]
    raise ValueError(f"EtherType {ethertype.hex()}")


def tlvs(message, kind):
    at, end = BODY[kind], struct.unpack(">H", message[2:4])[0]
    while at < end:
        tlv, length = struct.unpack(">HH", message[at:at + 4])
        value = message[at + 4:at + 4 + length]
        if tlv in (3, 0x4000, 0x8000):
            name = value[:6].hex()
            yield ORGANIZATIONS.get(name, name)
        else:
            yield TLVS.get(tlv, f"{tlv:04x}")
        at += 4 + length


def contents(message):
    kind = message[0] & 15
    name = TYPES.get(kind, str(kind))
    if kind not in (12, 13):    # they are what their TLVs are
        yield name
    if kind in BODY:
        for tlv in tlvs(message, kind):
            yield f"{name} {tlv}"


def excused(message, complaint):
    """tshark 4 has never heard of client-server PTP: it looks at one bit of the sdoId 300 and
    misses in its Sync what 802.1AS would have there."""
    return (message[0] == 0x30 and message[5] == 0 and
            complaint == "No Follow Up TLV for this gPTP One Step Sync")


def complaints(path):
    """By number of frame, from 1: (severity, text) of tshark's about it."""
    out = subprocess.run(
        ["tshark", "-n", "-r", path, "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=|",
         "-e", "frame.number", "-e", "_ws.col.Protocol", "-e", "_ws.malformed",
         "-e", "_ws.expert.severity", "-e", "_ws.expert.message"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    found = collections.defaultdict(list)
    for line in out.splitlines():
        number, protocol, malformed, severities, texts = line.split("\t")
        if not protocol.startswith("PTP"):
            found[int(number)].append(f"it is {protocol}")
        if malformed:
            found[int(number)].append("malformed")
        for severity, text in zip(severities.split("|"), texts.split("|")):
            if severity and int(severity) >= 0x600000:      # PI_WARN
                found[int(number)].append(text)
    return found, out.count("\n")


def main():
    case, paths = sys.argv[1], sys.argv[2:]
    seen, bad, n = collections.Counter(), collections.Counter(), 0
    with tempfile.TemporaryDirectory() as directory:
        merged = os.path.join(directory, "sent.pcap")
        subprocess.run(["mergecap", "-a", "-F", "nsecpcap", "-w", merged, *paths], check=True)
        complained, dissected = complaints(merged)
        for n, frame in enumerate(frames(merged), 1):
            message = payload(frame)
            seen.update(contents(message))
            for text in complained.get(n, []):
                if not excused(message, text):
                    bad[f"{' and '.join(contents(message))}: {text}"] += 1
    for text, times in bad.items():
        print(f"# {times} times {text}")
    print("# sent:", ", ".join(f"{k} {v}" for k, v in sorted(seen.items())))
    print(f"{'ok' if n and dissected == n and not bad else 'not ok'} - "
          "tshark dissects all that was sent without a warning")
    missing = [k for k, v in SENT.items() if case in v and not seen[k]]
    unknown = [k for k in seen if k not in SENT]
    if missing or unknown:
        print(f"# missing: {missing}, not in the table: {unknown}")
    print(f"{'not ok' if missing or unknown else 'ok'} - "
          "what has to be sent was sent, and nothing that is not in the table")


main()
