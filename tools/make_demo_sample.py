#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes samples/demo/*.evtxt: a day on a database server and the six minutes that end it.

    tools/make_demo_sample.py [FOLDER]     (default: samples/demo beside this script)

The story is told in samples/demo/README.md. The output depends on nothing but this file: no clock, no random source.
"""
import datetime
import hashlib
import os
import sys

DAY = datetime.datetime(2026, 11, 19)
DOMAIN_SID = "S-1-5-21-3141592653-2718281828-1414213562"

# Accounts: name, domain, SID, logon id, session, integrity label, Sysmon's word for it.
SYSTEM = ("DB01$", "CORP", "S-1-5-18", 0x3E7, 0, "S-1-16-16384", "System", "NT AUTHORITY\\SYSTEM")
NETWORK = ("DB01$", "CORP", "S-1-5-20", 0x3E4, 0, "S-1-16-16384", "System", "NT AUTHORITY\\NETWORK SERVICE")
SQLSVC = ("svc_sql", "CORP", DOMAIN_SID + "-1131", 0x1A2F4, 0, "S-1-16-12288", "High", "CORP\\svc_sql")
ADMIN = ("m.okafor-adm", "CORP", DOMAIN_SID + "-1107", 0x4C81D9, 2, "S-1-16-12288", "High", "CORP\\m.okafor-adm")
THIEF = ("svc_deploy", "CORP", DOMAIN_SID + "-1142", 0x9E3B07, 3, "S-1-16-12288", "High", "CORP\\svc_deploy")

SYS32 = "C:\\Windows\\System32\\"
SQLBIN = "C:\\Program Files\\Microsoft SQL Server\\MSSQL16.MSSQLSERVER\\MSSQL\\Binn\\"
WINDOWS = ("Microsoft® Windows® Operating System", "Microsoft Corporation", "10.0.20348.2849")
# Images: key -> path, description, product, company, version, original file name.
IMAGES = {}


def image(key, path, description, original=None, product=WINDOWS):
    IMAGES[key] = (path, description, product[0], product[1], product[2], original or path.rsplit("\\", 1)[1])


image("cmd", SYS32 + "cmd.exe", "Windows Command Processor", "Cmd.Exe")
image("net", SYS32 + "net.exe", "Net Command")
image("net1", SYS32 + "net1.exe", "Net Command")
image("sc", SYS32 + "sc.exe", "Service Control Manager Configuration Tool")
image("taskkill", SYS32 + "taskkill.exe", "Terminates Processes")
image("tasklist", SYS32 + "tasklist.exe", "Lists the current running tasks")
image("whoami", SYS32 + "whoami.exe", "whoami - displays logged on user information")
image("nltest", SYS32 + "nltest.exe", "Microsoft® Logon Server Test Utility", "nltestrk.exe")
image("vssadmin", SYS32 + "vssadmin.exe", "Command Line Interface for Microsoft® Volume Shadow Copy Service",
      "VSSADMIN.EXE")
image("wbadmin", SYS32 + "wbadmin.exe", "Command Line Interface for Microsoft® BLB Backup", "WBADMIN.EXE")
image("bcdedit", SYS32 + "bcdedit.exe", "Boot Configuration Data Editor")
image("wevtutil", SYS32 + "wevtutil.exe", "Eventing Command Line Utility")
image("powershell", SYS32 + "WindowsPowerShell\\v1.0\\powershell.exe", "Windows PowerShell", "PowerShell.EXE")
image("svchost", SYS32 + "svchost.exe", "Host Process for Windows Services")
image("services", SYS32 + "services.exe", "Services and Controller app")
image("taskhostw", SYS32 + "taskhostw.exe", "Host Process for Windows Tasks")
image("conhost", SYS32 + "conhost.exe", "Console Window Host", "CONHOST.EXE")
image("userinit", SYS32 + "userinit.exe", "Userinit Logon Application", "USERINIT.EXE")
image("explorer", "C:\\Windows\\explorer.exe", "Windows Explorer", "EXPLORER.EXE")
image("trusted", "C:\\Windows\\servicing\\TrustedInstaller.exe", "Windows Modules Installer")
image("mmc", SYS32 + "mmc.exe", "Microsoft Management Console")
image("mpcmd", "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.26090.5-0\\MpCmdRun.exe",
      "Microsoft Malware Protection Command Line Utility")
image("sqlagent", SQLBIN + "SQLAGENT.EXE", "SQLAGENT", None, ("Microsoft SQL Server", "Microsoft Corporation",
                                                              "16.0.4150.1"))
image("sqlcmd", "C:\\Program Files\\Microsoft SQL Server\\Client SDK\\ODBC\\170\\Tools\\Binn\\SQLCMD.EXE",
      "T-SQL execution command line utility", None, ("Microsoft SQL Server", "Microsoft Corporation", "16.0.4150.1"))
image("ssms", "C:\\Program Files (x86)\\Microsoft SQL Server Management Studio 20\\Common7\\IDE\\Ssms.exe", "SSMS 20",
      None, ("SQL Server Management Studio", "Microsoft Corporation", "20.2.37.0"))
NORTHWATCH = ("Northwatch Monitoring", "Northwatch Example Ltd", "5.2.0.118")
image("nwagent", "C:\\Program Files\\Northwatch\\nwagent.exe", "Northwatch monitoring agent", None, NORTHWATCH)
image("nwcheck", "C:\\Program Files\\Northwatch\\nwcheck.exe", "Northwatch check runner", None, NORTHWATCH)
image("veeamagent", "C:\\Program Files\\Veeam\\Endpoint Backup\\Veeam.EndPoint.Backup.exe", "Veeam Agent", None,
      ("Veeam Agent for Microsoft Windows", "Veeam Software Group GmbH", "6.2.0.121"))
image("psexesvc", "C:\\Windows\\PSEXESVC.exe", "PsExec Service", "psexesvc.exe",
      ("Sysinternals PsExec", "Sysinternals - www.sysinternals.com", "2.43"))

# Services: key -> display name.
SERVICES = {
    "TrustedInstaller": "Windows Modules Installer",
    "BITS": "Background Intelligent Transfer Service",
    "wuauserv": "Windows Update",
    "wmiApSrv": "WMI Performance Adapter",
    "sppsvc": "Software Protection",
    "VSS": "Volume Shadow Copy",
    "swprv": "Microsoft Software Shadow Copy Provider",
    "WinHttpAutoProxySvc": "WinHTTP Web Proxy Auto-Discovery Service",
    "msiserver": "Windows Installer",
    "AppXSvc": "AppX Deployment Service (AppXSVC)",
    "ReportServer": "SQL Server Reporting Services",
    "MSSQLSERVER": "SQL Server (MSSQLSERVER)",
    "MSSQL$PAYROLL": "SQL Server (PAYROLL)",
    "SQLSERVERAGENT": "SQL Server Agent (MSSQLSERVER)",
    "SQLBrowser": "SQL Server Browser",
    "SQLWriter": "SQL Server VSS Writer",
    "MSSQLFDLauncher": "SQL Full-text Filter Daemon Launcher (MSSQLSERVER)",
    "SQLTELEMETRY": "SQL Server CEIP service (MSSQLSERVER)",
    "VeeamDeploySvc": "Veeam Installer Service",
    "VeeamTransportSvc": "Veeam Data Mover Service",
    "VeeamEndpointBackupSvc": "Veeam Agent for Microsoft Windows",
    "wbengine": "Block Level Backup Engine Service",
    "nwagent": "Northwatch Monitoring Agent",
    "WinDefend": "Microsoft Defender Antivirus Service",
    "PSEXESVC": "PSEXESVC",
    "LanmanServer": "Server",
}


def at(clock, day=0):
    """'02:13:37.5' on the first day or the one after."""
    h, m, s = clock.split(":")
    return DAY + datetime.timedelta(days=day, hours=int(h), minutes=int(m), seconds=float(s))


def plus(time, seconds):
    return time + datetime.timedelta(seconds=seconds)


def quoted(text):
    out = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
    return '"' + out + '"'


def synthetic_guid(*parts):
    h = hashlib.sha256("/".join(str(p) for p in parts).encode()).hexdigest().upper()
    return "{%s-%s-%s-%s-%s}" % (h[:8], h[8:12], h[12:16], h[16:20], h[20:32])


class Log:
    """One description file: its head, then events that are sorted by time at the end."""

    def __init__(self, name, head):
        self.name, self.head, self.events = name, head, []

    def add(self, time, name, fields=(), keys=""):
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
        lines = ["event %s time=%s%s" % (name, stamp, " " + keys if keys else "")]
        lines += ["  data %s = %s" % f if f[0] != "binary" else "  binary = %s" % f[1] for f in fields]
        self.events.append((time, len(self.events), "\n".join(lines)))

    def text(self):
        self.events.sort(key=lambda e: e[:2])
        return self.head + "\n" + "\n".join(e[2] for e in self.events) + "\n"


def file_line(host, channel, first):
    return ("# Made by tools/make_demo_sample.py; change that and run it again. The story: README.md.\n"
            "file computer=%s.corp.example channel=%s first-record=%d\n" % (host, quoted(channel), first))


def define(name, keys, fields):
    return "define %s %s\n%s" % (name, keys, "".join("  data %s = %s\n" % f for f in fields))


AUDIT = "provider=Microsoft-Windows-Security-Auditing guid={54849625-5478-4994-A5BA-3E3B0328C30D} level=0 tid=4780"
SUBJECT = [("SubjectUserSid", "sid S-1-5-18"), ("SubjectUserName", '"DB01$"'), ("SubjectDomainName", '"CORP"'),
           ("SubjectLogonId", "hex64 0x3e7")]


def security_head(host, first):
    ok = " keywords=0x8020000000000000"
    machine = [(k, v.replace("DB01", host)) for k, v in SUBJECT]
    out = file_line(host, "Security", first)
    out += define("logon", AUDIT + ok + " id=4624 version=2 task=12544", machine + [
        ("TargetUserSid", "sid S-1-5-18"), ("TargetUserName", '"SYSTEM"'), ("TargetDomainName", '"NT AUTHORITY"'),
        ("TargetLogonId", "hex64 0x3e7"), ("LogonType", "uint32 5"), ("LogonProcessName", '"Advapi  "'),
        ("AuthenticationPackageName", '"Negotiate"'), ("WorkstationName", '"-"'),
        ("LogonGuid", "guid {00000000-0000-0000-0000-000000000000}"), ("TransmittedServices", '"-"'),
        ("LmPackageName", '"-"'), ("KeyLength", "uint32 0"), ("ProcessId", "hex64 0x2ac as size"),
        ("ProcessName", quoted(SYS32 + "services.exe")), ("IpAddress", '"-"'), ("IpPort", '"-"'),
        ("ImpersonationLevel", '"%%1833"'), ("RestrictedAdminMode", '"-"'), ("TargetOutboundUserName", '"-"'),
        ("TargetOutboundDomainName", '"-"'), ("VirtualAccount", '"%%1843"'), ("TargetLinkedLogonId", "hex64 0x0"),
        ("ElevatedToken", '"%%1842"')])
    out += define("logoff", AUDIT + ok + " id=4634 task=12545", [
        ("TargetUserSid", "sid S-1-5-18"), ("TargetUserName", '"-"'), ("TargetDomainName", '"CORP"'),
        ("TargetLogonId", "hex64 0x0"), ("LogonType", "uint32 3")])
    out += define("logonfail", AUDIT + " keywords=0x8010000000000000 id=4625 task=12544", [
        ("SubjectUserSid", "sid S-1-0-0"), ("SubjectUserName", '"-"'), ("SubjectDomainName", '"-"'),
        ("SubjectLogonId", "hex64 0x0"), ("TargetUserSid", "sid S-1-0-0"), ("TargetUserName", '"-"'),
        ("TargetDomainName", '"CORP"'), ("Status", "hex32 0xc000006d"), ("FailureReason", '"%%2313"'),
        ("SubStatus", "hex32 0xc000006a"), ("LogonType", "uint32 3"), ("LogonProcessName", '"NtLmSsp "'),
        ("AuthenticationPackageName", '"NTLM"'), ("WorkstationName", '"-"'), ("TransmittedServices", '"-"'),
        ("LmPackageName", '"-"'), ("KeyLength", "uint32 0"), ("ProcessId", "hex64 0x0 as size"), ("ProcessName", '"-"'),
        ("IpAddress", '"-"'), ("IpPort", '"-"')])
    out += define("privileges", AUDIT + ok + " id=4672 task=12548", SUBJECT_SYSTEM + [("PrivilegeList", quoted(
        "SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege\n\t\t\tSeTakeOwnershipPrivilege\n\t\t\t"
        "SeDebugPrivilege\n\t\t\tSeSystemEnvironmentPrivilege\n\t\t\tSeLoadDriverPrivilege\n\t\t\t"
        "SeImpersonatePrivilege"))])
    out += define("process", AUDIT + ok + " id=4688 version=2 task=13312", machine + [
        ("NewProcessId", "hex64 0x0 as size"), ("NewProcessName", '""'), ("TokenElevationType", '"%%1936"'),
        ("ProcessId", "hex64 0x2ac as size"), ("CommandLine", '""'), ("TargetUserSid", "sid S-1-0-0"),
        ("TargetUserName", '"-"'), ("TargetDomainName", '"-"'), ("TargetLogonId", "hex64 0x0"),
        ("ParentProcessName", quoted(SYS32 + "services.exe")), ("MandatoryLabel", "sid S-1-16-16384")])
    out += define("install", AUDIT + ok + " id=4697 version=1 task=12289", machine + [
        ("ServiceName", '""'), ("ServiceFileName", '""'), ("ServiceType", "hex32 0x10"),
        ("ServiceStartType", "uint32 3"), ("ServiceAccount", '"LocalSystem"'), ("ClientProcessStartKey", "uint64 0"),
        ("ClientProcessId", "uint32 0"), ("ParentProcessId", "uint32 0")])
    out += define("share", AUDIT + ok + " id=5145 task=12811", machine + [
        ("ObjectType", '"File"'), ("IpAddress", '""'), ("IpPort", '""'), ("ShareName", '"\\\\\\\\*\\\\IPC$"'),
        ("ShareLocalPath", '""'), ("RelativeTargetName", '"svcctl"'), ("AccessMask", "hex32 0x12019f"),
        ("AccessList", quoted("%%1538\n\t\t\t\t%%1541\n\t\t\t\t%%4416\n\t\t\t\t%%4417\n\t\t\t\t%%4418\n\t\t\t\t")),
        ("AccessReason", '"-"')])
    return out


SUBJECT_SYSTEM = [("SubjectUserSid", "sid S-1-5-18"), ("SubjectUserName", '"SYSTEM"'),
                  ("SubjectDomainName", '"NT AUTHORITY"'), ("SubjectLogonId", "hex64 0x3e7")]


def system_head(host, first):
    scm = ('provider="Service Control Manager" guid={555908D1-A6D7-4695-8E1E-26931D2012F4} '
           'source="Service Control Manager" qualifiers=16384 keywords=0x8080000000000000 pid=684 tid=')
    out = file_line(host, "System", first)
    out += define("state", scm + "3312 id=7036", [("param1", '""'), ("param2", '"stopped"')])
    out += define("start-type", scm + "3312 id=7040 user=S-1-5-18", [
        ("param1", '""'), ("param2", '"auto start"'), ("param3", '"demand start"'), ("param4", '""')])
    out += define("control", scm + "3312 id=7042", [
        ("param1", '""'), ("param2", '"stop"'), ("param3", '"Operating System: Other (Planned)"'),
        ("param4", '"0x40030000"'), ("param5", '"None"')])
    scm_error = scm.replace("16384", "49152")
    out += define("died", scm_error + "3312 id=7034 level=2", [("param1", '""'), ("param2", '"1"')])
    out += define("died-restart", scm_error + "3312 id=7031 level=2", [
        ("param1", '""'), ("param2", '"1"'), ("param3", '"100"'), ("param4", '"1"'),
        ("param5", '"Restart the service"')])
    out += define("new-service", scm + "3312 id=7045", [
        ("ServiceName", '""'), ("ImagePath", '""'), ("ServiceType", '"user mode service"'),
        ("StartType", '"demand start"'), ("AccountName", '"LocalSystem"')])
    out += define("update", "provider=Microsoft-Windows-WindowsUpdateClient guid={945A8954-C147-4ACD-923F-40C45405A658} "
                  "id=19 version=1 task=1 opcode=13 keywords=0x8000000000000018 pid=1480 tid=5216 user=S-1-5-18", [
                      ("updateTitle", '""'), ("updateGuid", "guid {00000000-0000-0000-0000-000000000000}"),
                      ("updateRevisionNumber", "uint32 200")])
    out += ("define uptime provider=EventLog source=EventLog id=6013 qualifiers=32768 keywords=0x80000000000000 pid=0 "
            "tid=0\n  data = string [\"\", \"\", \"\", \"\", \"0\", \"60\", \"0 UTC\"]\n"
            "  binary = utf16z \"uptime\"\n")
    out += ("define cleared provider=Microsoft-Windows-Eventlog guid={FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148} id=104 "
            "task=104 pid=1092 tid=4420\n"
            "  userdata LogFileCleared xmlns=\"http://manifests.microsoft.com/win/2004/08/windows/eventlog\"\n"
            "  data SubjectUserName = \"svc_deploy\"\n  data SubjectDomainName = \"CORP\"\n  data Channel = \"\"\n"
            "  data BackupPath = \"\"\n")
    return out


def sysmon_head(host, first):
    common = ("provider=Microsoft-Windows-Sysmon guid={5770385F-C22A-43E0-BF4C-06F5698FFBD9} user=S-1-5-18 pid=2960 "
              "tid=4012 id=%d task=%d version=%d")
    who = [("RuleName", '"-"'), ("UtcTime", "sysmon-time"),
           ("ProcessGuid", "guid {00000000-0000-0000-0000-000000000000}"), ("ProcessId", "uint32 0")]
    out = file_line(host, "Microsoft-Windows-Sysmon/Operational", first)
    out += define("create", common % (1, 1, 5), who + [
        ("Image", '""'), ("FileVersion", '""'), ("Description", '""'), ("Product", '""'), ("Company", '""'),
        ("OriginalFileName", '""'), ("CommandLine", '""'), ("CurrentDirectory", quoted("C:\\Windows\\system32\\")),
        ("User", '"NT AUTHORITY\\\\SYSTEM"'), ("LogonGuid", "guid " + synthetic_guid("logon", 0x3E7)),
        ("LogonId", "hex64 0x3e7"), ("TerminalSessionId", "uint32 0"), ("IntegrityLevel", '"System"'),
        ("Hashes", '""'), ("ParentProcessGuid", "guid {00000000-0000-0000-0000-000000000000}"),
        ("ParentProcessId", "uint32 684"), ("ParentImage", quoted(SYS32 + "services.exe")),
        ("ParentCommandLine", '"C:\\\\Windows\\\\system32\\\\services.exe"'),
        ("ParentUser", '"NT AUTHORITY\\\\SYSTEM"')])
    for number, (key, i) in enumerate(sorted(IMAGES.items())):
        out += define("create-" + key, "from create", [
            ("Image", quoted(i[0])), ("FileVersion", quoted(i[4])), ("Description", quoted(i[1])),
            ("Product", quoted(i[2])), ("Company", quoted(i[3])), ("OriginalFileName", quoted(i[5])),
            ("Hashes", '"SHA256=%s%08X"' % ("D0" * 28, number + 1))])
    out += define("connect", common % (3, 3, 5), who + [
        ("Image", '""'), ("User", '"NT AUTHORITY\\\\SYSTEM"'), ("Protocol", '"tcp"'), ("Initiated", "bool true"),
        ("SourceIsIpv6", "bool false"), ("SourceIp", '"192.0.2.21"'), ("SourceHostname", '"DB01.corp.example"'),
        ("SourcePort", "uint16 0"), ("SourcePortName", '"-"'), ("DestinationIsIpv6", "bool false"),
        ("DestinationIp", '""'), ("DestinationHostname", '"-"'), ("DestinationPort", "uint16 0"),
        ("DestinationPortName", '"-"')])
    out += define("driver", common % (6, 6, 4), [
        ("RuleName", '"-"'), ("UtcTime", "sysmon-time"), ("ImageLoaded", '""'), ("Hashes", '""'), ("Signed", '"true"'),
        ("Signature", '"Vulnerable Driver Example Co"'), ("SignatureStatus", '"Expired"')])
    out += define("file", common % (11, 11, 2), who + [
        ("Image", '""'), ("TargetFilename", '""'), ("CreationUtcTime", "sysmon-time"), ("User", '""')])
    out += define("setvalue", common % (13, 13, 2), [
        ("RuleName", '"-"'), ("EventType", '"SetValue"'), ("UtcTime", "sysmon-time"),
        ("ProcessGuid", "guid " + synthetic_guid("DB01", 684)), ("ProcessId", "uint32 684"),
        ("Image", '"C:\\\\Windows\\\\system32\\\\services.exe"'), ("TargetObject", '""'), ("Details", '""'),
        ("User", '"NT AUTHORITY\\\\SYSTEM"')])
    return out


def powershell_head(host, first):
    common = ("provider=Microsoft-Windows-PowerShell guid={A0C1853B-5C40-4B15-8766-3CF1C58F985A} keywords=0x0 tid=3388 ")
    out = file_line(host, "Microsoft-Windows-PowerShell/Operational", first)
    out += define("script", common + "id=4104 version=1 level=5 task=2 opcode=15", [
        ("MessageNumber", "int32 1"), ("MessageTotal", "int32 1"), ("ScriptBlockText", '""'),
        ("ScriptBlockId", '""'), ("Path", '""')])
    out += define("pipeline", common + "id=4103 version=1 level=4 task=106 opcode=20", [
        ("ContextInfo", '""'), ("UserData", '""'), ("Payload", '""')])
    out += "define console-starts %sid=40961 level=4 task=4 opcode=1\n" % common
    out += "define console-ready %sid=40962 level=4 task=4 opcode=2\n" % common
    return out


class Process:
    def __init__(self, pid, key, command, user):
        self.pid, self.key, self.command, self.user = pid, key, command, user
        self.path = IMAGES[key][0]
        self.guid = synthetic_guid("DB01", pid)


class Server:
    """DB01: whatever happens on it goes to every log that would show it."""

    def __init__(self):
        self.security = Log("DB01-Security", security_head("DB01", 418231))
        self.system = Log("DB01-System", system_head("DB01", 90417))
        self.sysmon = Log("DB01-Sysmon", sysmon_head("DB01", 1204466))
        self.powershell = Log("DB01-PowerShell", powershell_head("DB01", 7311))
        self.next_pid = 5204
        self.services = Process(684, "services", "C:\\Windows\\system32\\services.exe", SYSTEM)

    def start(self, time, key, command, user=SYSTEM, parent=None):
        """A process starts: 4688 and Sysmon 1."""
        parent = parent or self.services
        self.next_pid += 4 * (1 + (self.next_pid * 7 + len(command)) % 29)
        p = Process(self.next_pid, key, command, user)
        fields = []
        if user is not SYSTEM:
            fields = [("SubjectUserSid", "sid " + user[2]), ("SubjectUserName", quoted(user[0])),
                      ("SubjectLogonId", "hex64 %#x" % user[3]), ("MandatoryLabel", "sid " + user[5])]
        fields += [("NewProcessId", "hex64 %#x as size" % p.pid), ("NewProcessName", quoted(p.path)),
                   ("CommandLine", quoted(command))]
        if parent is not self.services:
            fields += [("ProcessId", "hex64 %#x as size" % parent.pid), ("ParentProcessName", quoted(parent.path))]
        self.security.add(time, "process", fields)
        fields = [("ProcessGuid", "guid " + p.guid), ("ProcessId", "uint32 %d" % p.pid),
                  ("CommandLine", quoted(command))]
        if user is not SYSTEM:
            fields += [("User", quoted(user[7])), ("LogonGuid", "guid " + synthetic_guid("logon", user[3])),
                       ("LogonId", "hex64 %#x" % user[3]), ("TerminalSessionId", "uint32 %d" % user[4]),
                       ("IntegrityLevel", quoted(user[6]))]
        fields += [("ParentProcessGuid", "guid " + parent.guid)]
        if parent is not self.services:
            fields += [("ParentProcessId", "uint32 %d" % parent.pid), ("ParentImage", quoted(parent.path)),
                       ("ParentCommandLine", quoted(parent.command)), ("ParentUser", quoted(parent.user[7]))]
        self.sysmon.add(plus(time, 0.004), "create-" + key, fields)
        return p

    def state(self, time, key, running):
        self.system.add(time, "state", [
            ("param1", quoted(SERVICES[key])), ("param2", '"running"' if running else '"stopped"'),
            ("binary", 'utf16z "%s/%d"' % (key, 4 if running else 1))])

    def start_type(self, time, key, before, after, sid="S-1-5-18"):
        names = {"auto": ("auto start", 2), "demand": ("demand start", 3), "disabled": ("disabled", 4)}
        self.system.add(time, "start-type", [
            ("param1", quoted(SERVICES[key])), ("param2", quoted(names[before][0])),
            ("param3", quoted(names[after][0])), ("param4", quoted(key))], "" if sid == "S-1-5-18" else "user=" + sid)
        self.sysmon.add(plus(time, -0.002), "setvalue", [
            ("TargetObject", quoted("HKLM\\System\\CurrentControlSet\\Services\\%s\\Start" % key)),
            ("Details", '"DWORD (0x%08x)"' % names[after][1])])

    def logon(self, time, user, kind, ip="-", workstation="-", port=0):
        fields = [("TargetUserSid", "sid " + user[2]), ("TargetUserName", quoted(user[0])),
                  ("TargetDomainName", '"CORP"'), ("TargetLogonId", "hex64 %#x" % user[3]),
                  ("LogonType", "uint32 %d" % kind)]
        if ip != "-":
            fields += [("LogonProcessName", '"User32 "' if kind == 10 else '"Kerberos"'),
                       ("AuthenticationPackageName", '"Negotiate"' if kind == 10 else '"Kerberos"'),
                       ("WorkstationName", quoted(workstation)), ("IpAddress", quoted(ip)), ("IpPort", '"%d"' % port),
                       ("LogonGuid", "guid " + synthetic_guid("logon", user[3])),
                       ("ProcessName", quoted(SYS32 + "svchost.exe") if kind == 10 else '"-"'),
                       ("ProcessId", "hex64 %s as size" % ("0x5d8" if kind == 10 else "0x0"))]
        self.security.add(time, "logon", fields)
        self.security.add(plus(time, 0.0003), "privileges", [
            ("SubjectUserSid", "sid " + user[2]), ("SubjectUserName", quoted(user[0])),
            ("SubjectDomainName", '"CORP"'), ("SubjectLogonId", "hex64 %#x" % user[3])])

    def logoff(self, time, user, kind):
        self.security.add(time, "logoff", [
            ("TargetUserSid", "sid " + user[2]), ("TargetUserName", quoted(user[0])),
            ("TargetLogonId", "hex64 %#x" % user[3]), ("LogonType", "uint32 %d" % kind)])

    def script(self, time, process, text, path="", level=5):
        self.powershell.add(time, "script", [
            ("ScriptBlockText", quoted(text)),
            ("ScriptBlockId", quoted(synthetic_guid("script", time)[1:-1].lower())), ("Path", quoted(path))],
            "level=%d pid=%d user=%s" % (level, process.pid, process.user[2]))

    def console(self, time, process):
        for i, name in enumerate(("console-starts", "console-ready")):
            self.powershell.add(plus(time, 0.05 * i), name, (), "pid=%d user=%s" % (process.pid, process.user[2]))

    def pipeline(self, time, process, cmdlet, bindings):
        context = ("        Severity = Informational\n        Host Name = ConsoleHost\n        Host Application = %s\n"
                   "        Engine Version = 5.1.20348.2849\n        Command Name = %s\n        Command Type = Cmdlet\n"
                   "        User = %s\n        Connected User = \n        Shell ID = Microsoft.PowerShell\n")
        payload = "CommandInvocation(%s): \"%s\"\n" % (cmdlet, cmdlet)
        payload += "".join("ParameterBinding(%s): name=\"%s\"; value=\"%s\"\n" % (cmdlet, n, v) for n, v in bindings)
        self.powershell.add(time, "pipeline", [
            ("ContextInfo", quoted(context % (process.command, cmdlet, process.user[7]))),
            ("Payload", quoted(payload))], "pid=%d user=%s" % (process.pid, process.user[2]))

    def net_stop(self, time, parent, key, user, more=" /y", show=None):
        """net starts net1, which asks the service control manager; the service is gone a moment later."""
        name = show or key
        net = self.start(time, "net", "net  stop %s%s" % (name, more), user, parent)
        self.start(plus(time, 0.03), "net1", "C:\\Windows\\system32\\net1  stop %s%s" % (name, more), user, net)


def service_pair(s, time, key, seconds):
    s.state(time, key, True)
    s.state(plus(time, seconds), key, False)


def ordinary_day(s):
    """Everything from 02:30 to 02:10 the next night."""
    agent = Process(2212, "nwagent", '"C:\\Program Files\\Northwatch\\nwagent.exe" --service', SYSTEM)
    sqlagent = Process(3116, "sqlagent", '"%sSQLAGENT.EXE" -i MSSQLSERVER' % SQLBIN, SQLSVC)
    scheduler = Process(1272, "svchost", "C:\\Windows\\system32\\svchost.exe -k netsvcs -p -s Schedule", SYSTEM)
    for n in range(24):  # monitoring asks after a service every hour
        hour = (3 + n) % 24
        t = at("%02d:0%d:%02d.%d" % (hour, n % 3, (n * 17) % 60, n % 10), (3 + n) // 24)
        if t > at("02:05:00", 1):
            break
        check = s.start(t, "nwcheck", '"C:\\Program Files\\Northwatch\\nwcheck.exe" --profile database', SYSTEM, agent)
        if n % 2 == 0:
            which = ("MSSQLSERVER", "SQLSERVERAGENT", "VeeamTransportSvc")[n // 2 % 3]
            s.start(plus(t, 0.4), "sc", "sc query " + which, SYSTEM, check)
        if n % 3 == 0:
            service_pair(s, plus(t, 2.1), "wmiApSrv", 121)
        s.logon(plus(t, 311), SYSTEM_LOGON, 5)
    for n in range(8):  # a log backup of the databases every three hours
        hour = 3 + 3 * n
        t = at("%02d:30:0%d" % (hour % 24, n % 4), hour // 24)
        if t > at("02:00:00", 1):
            break
        command = "sqlcmd -E -S DB01 -d msdb -Q \"EXEC dbo.usp_log_backup @path = N'E:\\Backup\\log'\" -b"
        shell = s.start(t, "cmd", 'C:\\Windows\\system32\\cmd.exe /c "%s"' % command, SQLSVC, sqlagent)
        s.start(plus(t, 0.08), "sqlcmd", command, SQLSVC, shell)
    for clock, day in (("05:12:40", 0), ("13:12:43", 0), ("21:12:41", 0)):  # signatures of the virus scanner
        t = at(clock, day)
        s.state(t, "BITS", True)
        s.start_type(plus(t, 0.02), "BITS", "demand", "auto")
        s.start(plus(t, 1.3), "mpcmd", '"%s" SignatureUpdate -ScheduleJob -RestrictPrivileges' % IMAGES["mpcmd"][0],
                NETWORK, scheduler)
        title = "Security Intelligence Update for Microsoft Defender Antivirus - KB2267602 (Version 1.455.%d.0)"
        s.system.add(plus(t, 41), "update", [
            ("updateTitle", quoted(title % (int(clock[:2]) * 11))),
            ("updateGuid", "guid " + synthetic_guid("update", clock))])
        s.start_type(plus(t, 180), "BITS", "auto", "demand")
        s.state(plus(t, 421), "BITS", False)
    for clock in ("03:41:10", "11:05:31", "16:48:02", "23:20:55"):  # servicing: the commonest 7040 there is
        t = at(clock)
        s.start(t, "trusted", IMAGES["trusted"][0])
        s.state(plus(t, 0.1), "TrustedInstaller", True)
        s.start_type(plus(t, 1.9), "TrustedInstaller", "demand", "auto")
        s.start_type(plus(t, 122), "TrustedInstaller", "auto", "demand")
        s.state(plus(t, 242), "TrustedInstaller", False)
    for clock, key, seconds in (("04:10:03", "sppsvc", 31), ("06:30:12", "WinHttpAutoProxySvc", 900),
                                ("09:02:44", "AppXSvc", 300), ("12:20:09", "sppsvc", 30), ("14:33:18", "msiserver", 610),
                                ("18:05:51", "WinHttpAutoProxySvc", 905), ("20:10:02", "sppsvc", 31)):
        service_pair(s, at(clock), key, seconds)
    for clock, command in (("04:00:01", "taskhostw.exe"), ("10:00:02", "taskhostw.exe /RuntimeWide"),
                           ("15:00:01", "taskhostw.exe $(Arg0)"), ("22:30:04", "taskhostw.exe Regular")):
        s.start(at(clock), "taskhostw", command, SYSTEM, scheduler)
    s.system.add(at("12:00:00.4"), "uptime")
    for n, clock in enumerate(("06:14:20", "08:40:11", "10:22:37", "13:51:09", "15:47:45", "17:30:28", "19:02:13")):
        user = ("APP03$", "CORP", DOMAIN_SID + "-1204", 0x5A0000 + 0x1731 * n, 0)  # the application's own connections
        s.logon(at(clock), user, 3, "192.0.2.40", "-", 50112 + 37 * n)
        s.logoff(plus(at(clock), 612), user, 3)
    backup_night(s)


SYSTEM_LOGON = ("SYSTEM", "NT AUTHORITY", "S-1-5-18", 0x3E7, 0)


def backup_night(s):
    """22:00: shadow copies come and go as they should."""
    service = Process(2780, "veeamagent", '"%s"' % IMAGES["veeamagent"][0], SYSTEM)
    t = at("22:00:03")
    job = s.start(t, "veeamagent", '"%s" /job "DB01 nightly"' % IMAGES["veeamagent"][0], SYSTEM, service)
    s.state(plus(t, 2), "VSS", True)
    s.state(plus(t, 3), "swprv", True)
    s.start(plus(t, 4), "vssadmin", "vssadmin list writers", SYSTEM, job)
    s.sysmon.add(plus(t, 9), "connect", [
        ("ProcessGuid", "guid " + job.guid), ("ProcessId", "uint32 %d" % job.pid), ("Image", quoted(job.path)),
        ("SourcePort", "uint16 52044"), ("DestinationIp", '"192.0.2.30"'),
        ("DestinationHostname", '"BACKUP01.corp.example"'), ("DestinationPort", "uint16 10006")])
    s.state(plus(t, 1260), "swprv", False)
    s.state(plus(t, 1322), "VSS", False)


def administrator(s):
    """07:42 to 08:31: the database administrator restarts one service."""
    s.security.add(at("07:41:52.2"), "logonfail", [
        ("TargetUserName", quoted(ADMIN[0])), ("LogonType", "uint32 10"), ("LogonProcessName", '"User32 "'),
        ("AuthenticationPackageName", '"Negotiate"'), ("WorkstationName", '"DB01"'),
        ("IpAddress", '"192.0.2.117"'), ("IpPort", '"0"')])
    s.logon(at("07:42:10.7"), ADMIN, 10, "192.0.2.117", "DB01")
    desktop = s.start(at("07:42:14.1"), "explorer", "C:\\Windows\\Explorer.EXE", ADMIN,
                      Process(6120, "userinit", "C:\\Windows\\system32\\userinit.exe", ADMIN))
    s.start(at("07:44:30.9"), "ssms", '"%s"' % IMAGES["ssms"][0], ADMIN, desktop)
    shell = s.start(at("07:48:02.3"), "cmd", '"C:\\Windows\\system32\\cmd.exe"', ADMIN, desktop)
    s.start(at("07:48:20.6"), "net", "net  use T: \\\\FS02\\dbtools", ADMIN, shell)
    s.start(at("07:50:41.2"), "sc", "sc  query ReportServer", ADMIN, shell)
    t = at("07:51:12.8")
    s.net_stop(t, shell, "ReportServer", ADMIN, "")
    s.state(plus(t, 3.4), "ReportServer", False)
    again = s.start(plus(t, 21), "net", "net  start ReportServer", ADMIN, shell)
    s.start(plus(t, 21.03), "net1", "C:\\Windows\\system32\\net1  start ReportServer", ADMIN, again)
    s.state(plus(t, 27.9), "ReportServer", True)
    ps = s.start(at("08:02:51.5"), "powershell", '"%s"' % IMAGES["powershell"][0], ADMIN, desktop)
    s.console(at("08:02:52.4"), ps)
    for clock, text in (
            ("08:03:10.2", "Get-Service *sql* | Sort-Object Status | Format-Table Name, Status, StartType"),
            ("08:04:33.8", "Get-EventLog -LogName Application -Source MSSQLSERVER -Newest 20"),
            ("08:09:05.1", "Invoke-Sqlcmd -ServerInstance DB01 -Query 'SELECT name, state_desc FROM sys.databases'"),
            ("08:15:47.6", "Get-Volume | Where-Object DriveLetter -in 'D','E' | Select-Object DriveLetter, SizeRemaining")):
        s.script(at(clock), ps, text)
    s.pipeline(at("08:03:10.5"), ps, "Get-Service", [("Name", "*sql*")])
    s.start(at("08:20:19.0"), "mmc", '"C:\\Windows\\system32\\mmc.exe" C:\\Windows\\system32\\services.msc', ADMIN,
            desktop)
    s.logoff(at("08:31:00.5"), ADMIN, 10)


def arrival(s):
    """02:11: a stolen account, a look round, a driver that ends what guards the machine."""
    for n, clock in enumerate(("02:10:21.4", "02:10:24.0")):
        s.security.add(at(clock, 1), "logonfail", [
            ("TargetUserName", quoted(THIEF[0])), ("WorkstationName", '"WS-7"'), ("IpAddress", '"198.51.100.77"'),
            ("IpPort", '"%d"' % (49810 + n))])
    s.logon(at("02:11:08.3", 1), THIEF, 10, "198.51.100.77", "DB01")
    desktop = s.start(at("02:11:10.0", 1), "explorer", "C:\\Windows\\Explorer.EXE", THIEF,
                      Process(7012, "userinit", "C:\\Windows\\system32\\userinit.exe", THIEF))
    shell = s.start(at("02:11:19.7", 1), "cmd", '"C:\\Windows\\system32\\cmd.exe"', THIEF, desktop)
    for clock, key, command in (
            ("02:11:24.1", "whoami", "whoami  /groups"),
            ("02:11:31.8", "nltest", "nltest  /dclist:corp.example"),
            ("02:11:44.5", "net", 'net  group "Domain Admins" /domain'),
            ("02:11:58.2", "tasklist", "tasklist  /svc"),
            ("02:12:07.9", "sc", "sc  query type= service state= all")):
        s.start(at(clock, 1), key, command, THIEF, shell)
    s.sysmon.add(at("02:12:21.3", 1), "file", [
        ("ProcessGuid", "guid " + desktop.guid), ("ProcessId", "uint32 %d" % desktop.pid),
        ("Image", quoted(desktop.path)), ("TargetFilename", quoted("C:\\Windows\\Temp\\pmguard64.sys")),
        ("User", quoted(THIEF[7]))])
    create = s.start(at("02:12:33.6", 1), "sc",
                     "sc  create pmguard type= kernel start= demand binPath= C:\\Windows\\Temp\\pmguard64.sys", THIEF,
                     shell)
    subject = [("SubjectUserSid", "sid " + THIEF[2]), ("SubjectUserName", quoted(THIEF[0])),
               ("SubjectLogonId", "hex64 %#x" % THIEF[3])]
    s.security.add(at("02:12:33.66", 1), "install", subject + [
        ("ServiceName", '"pmguard"'), ("ServiceFileName", quoted("C:\\Windows\\Temp\\pmguard64.sys")),
        ("ServiceType", "hex32 0x1"), ("ServiceAccount", '"-"'), ("ClientProcessId", "uint32 %d" % create.pid),
        ("ParentProcessId", "uint32 %d" % shell.pid)])
    s.system.add(at("02:12:33.67", 1), "new-service", [
        ("ServiceName", '"pmguard"'), ("ImagePath", quoted("C:\\Windows\\Temp\\pmguard64.sys")),
        ("ServiceType", '"kernel mode driver"'), ("AccountName", '""')], "user=" + THIEF[2])
    s.start(at("02:12:40.2", 1), "sc", "sc  start pmguard", THIEF, shell)
    s.sysmon.add(at("02:12:40.5", 1), "driver", [
        ("ImageLoaded", quoted("C:\\Windows\\Temp\\pmguard64.sys")),
        ("Hashes", '"SHA256=%s"' % ("BAD0" * 16))])
    s.system.add(at("02:12:43.9", 1), "died-restart", [
        ("param1", quoted(SERVICES["WinDefend"])), ("binary", 'utf16z "WinDefend"')])
    s.system.add(at("02:12:44.8", 1), "died", [
        ("param1", quoted(SERVICES["nwagent"])), ("binary", 'utf16z "nwagent"')])
    return shell, subject


def burst(s, subject):
    """02:13: a command file run as SYSTEM through PsExec stops databases, backup and monitoring."""
    t = at("02:13:05.1", 1)
    s.security.add(t, "install", subject + [
        ("ServiceName", '"PSEXESVC"'), ("ServiceFileName", quoted("%SystemRoot%\\PSEXESVC.exe"))])
    s.system.add(plus(t, 0.01), "new-service", [
        ("ServiceName", '"PSEXESVC"'), ("ImagePath", quoted("%SystemRoot%\\PSEXESVC.exe"))], "user=" + THIEF[2])
    helper = s.start(plus(t, 0.2), "psexesvc", "C:\\Windows\\PSEXESVC.exe")
    s.state(plus(t, 0.3), "PSEXESVC", True)
    shell = s.start(plus(t, 0.6), "cmd", '"cmd.exe" /c C:\\ProgramData\\sync\\prep.cmd', SYSTEM, helper)
    t = plus(t, 1.1)
    for key in ("SQLSERVERAGENT", "MSSQLSERVER", "SQLBrowser", "SQLWriter", "ReportServer", "VeeamDeploySvc",
                "VeeamTransportSvc", "VeeamEndpointBackupSvc"):
        s.net_stop(t, shell, key, SYSTEM)
        s.state(plus(t, 0.9 if key != "MSSQLSERVER" else 2.6), key, False)
        t = plus(t, 3.1)
    s.start(t, "sc", "sc  stop VSS", SYSTEM, shell)
    t = plus(t, 1.2)
    for key, before in (("SQLSERVERAGENT", "auto"), ("MSSQLSERVER", "auto"), ("SQLBrowser", "auto"),
                        ("SQLWriter", "auto"), ("VeeamDeploySvc", "auto"), ("VeeamTransportSvc", "auto"),
                        ("VeeamEndpointBackupSvc", "auto"), ("nwagent", "auto"), ("VSS", "demand"),
                        ("wbengine", "demand")):
        s.start(t, "sc", "sc  config %s start= disabled" % key, SYSTEM, shell)
        s.start_type(plus(t, 0.06), key, before, "disabled")
        t = plus(t, 0.8)
    for name in ("sqlservr.exe", "Veeam.EndPoint.Tray.exe", "nwtray.exe"):
        s.start(t, "taskkill", "taskkill  /F /IM %s /T" % name, SYSTEM, shell)
        if name == "sqlservr.exe":
            s.system.add(plus(t, 0.7), "died", [
                ("param1", quoted(SERVICES["MSSQL$PAYROLL"])), ("binary", 'utf16z "MSSQL$PAYROLL"')])
        t = plus(t, 1.4)
    return shell


def aftermath(s, fs02, shell, own_shell):
    """02:14:20 on: PowerShell for the rest, the file server next door, then what would allow a way back."""
    text = ("Get-Service | Where-Object { $_.DisplayName -match 'SQL|Veeam|Backup' -and $_.Status -eq 'Running' } | "
            "Stop-Service -Force")
    t = at("02:14:20.4", 1)
    ps = s.start(t, "powershell", "powershell.exe  -NoProfile -ExecutionPolicy Bypass -Command \"%s\"" % text, SYSTEM,
                 shell)
    s.console(plus(t, 0.5), ps)
    s.script(plus(t, 0.9), ps, text)
    for i, key in enumerate(("MSSQLFDLauncher", "SQLTELEMETRY")):
        s.pipeline(plus(t, 1.7 + i), ps, "Stop-Service", [("Force", "True"), ("InputObject", key)])
        s.state(plus(t, 1.8 + i), key, False)
    neighbour(s, fs02, own_shell)
    for clock, key, command in (
            ("02:15:12.7", "vssadmin", "vssadmin  delete shadows /all /quiet"),
            ("02:15:20.1", "wbadmin", "wbadmin  delete catalog -quiet"),
            ("02:15:26.6", "bcdedit", "bcdedit  /set {default} recoveryenabled no"),
            ("02:15:28.0", "bcdedit", "bcdedit  /set {default} bootstatuspolicy ignoreallfailures"),
            ("02:15:51.3", "wevtutil", "wevtutil  cl Application"),
            ("02:15:52.9", "wevtutil", 'wevtutil  cl "Windows PowerShell"')):
        s.start(at(clock, 1), key, command, SYSTEM, shell)
    for clock, channel in (("02:15:51.5", "Application"), ("02:15:53.1", "Windows PowerShell")):
        s.system.add(at(clock, 1), "cleared", [
            ("SubjectUserName", '"SYSTEM"'), ("SubjectDomainName", '"NT AUTHORITY"'), ("Channel", quoted(channel))],
            "user=S-1-5-18")
    s.state(at("02:16:04.8", 1), "PSEXESVC", False)


class Neighbour:
    """FS02: no Sysmon there; a remote stop leaves a pipe, a logon and the state change."""

    def __init__(self):
        self.security = Log("FS02-Security", security_head("FS02", 733120))
        self.system = Log("FS02-System", system_head("FS02", 51833))

    state = Server.state


def neighbour(s, fs02, shell):
    for n, clock in enumerate(("03:05:19", "08:12:40", "13:31:55", "19:44:02")):  # its own ordinary day
        user = ("DB01$", "CORP", DOMAIN_SID + "-1201", 0x310000 + 0x911 * n, 0)
        Server.logon(fs02, at(clock), user, 3, "192.0.2.21", "-", 51000 + n)
        Server.logoff(fs02, plus(at(clock), 34), user, 3)
    for clock, key, seconds in (("04:21:07", "sppsvc", 31), ("05:13:10", "BITS", 402), ("11:17:43", "TrustedInstaller", 244),
                                ("17:02:30", "WinHttpAutoProxySvc", 900), ("21:14:59", "BITS", 411)):
        service_pair(fs02, at(clock), key, seconds)
    fs02.system.add(at("12:00:00.7"), "uptime")
    remote = (THIEF[0], THIEF[1], THIEF[2], 0x7781F2, 0)
    t = at("02:14:41.2", 1)
    for i, key in enumerate(("VeeamTransportSvc", "VeeamDeploySvc", "LanmanServer")):
        u = plus(t, 4.5 * i)
        s.start(u, "sc", "sc  \\\\FS02 stop " + key, THIEF, shell)
        if i == 0:
            Server.logon(fs02, plus(u, 0.1), remote, 3, "192.0.2.21", "-", 52318)
        fs02.security.add(plus(u, 0.15), "share", [
            ("SubjectUserSid", "sid " + remote[2]), ("SubjectUserName", quoted(remote[0])),
            ("SubjectLogonId", "hex64 %#x" % remote[3]), ("IpAddress", '"192.0.2.21"'), ("IpPort", '"52318"')])
        if key != "LanmanServer":
            fs02.state(plus(u, 1.3), key, False)


def main():
    folder = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "samples", "demo")
    server, fs02 = Server(), Neighbour()
    ordinary_day(server)
    administrator(server)
    own_shell, subject = arrival(server)
    shell = burst(server, subject)
    aftermath(server, fs02, shell, own_shell)
    for log in (server.security, server.system, server.sysmon, server.powershell, fs02.security, fs02.system):
        with open(os.path.join(folder, log.name + ".evtxt"), "w", encoding="utf-8", newline="\n") as out:
            out.write(log.text())
        print("%-20s %4d events" % (log.name, len(log.events)))


if __name__ == "__main__":
    main()
