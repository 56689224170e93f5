// SPDX-License-Identifier: Apache-2.0
#include "detect/sigma/logsource.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "event/catalogue.h"

namespace stopwarden::sigma {
namespace {

TextFile shipped() {
  const std::string path = std::string(SW_SOURCE_DIR) + "/data/logsources/windows.yml";
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return {path, text.str()};
}

struct Shipped {
  FieldTable table;
  std::vector<Diagnostic> diagnostics;
  Logsources sources;
  Shipped() {
    const TextFile file = shipped();
    sources = Logsources::parse({&file, 1}, table, diagnostics);
  }
};

/// Which of the selectors of a logsource take an event.
int hits(const Resolution& r, const Event& event) {
  int n = 0;
  for (const SourceSelector* s : r.selectors) n += s->accepts(event) ? 1 : 0;
  return n;
}

Event event_of(std::string_view channel, std::string_view provider, std::uint32_t id,
               std::span<const FieldValue> fields = {}) {
  Event e;
  e.channel = channel;
  e.provider = provider;
  e.event_id = id;
  e.fields = fields;
  return e;
}

TEST(ShippedLogsources, LoadWithoutMistakes) {
  const Shipped s;
  for (const Diagnostic& d : s.diagnostics) ADD_FAILURE() << to_string(d);
}

TEST(ShippedLogsources, AMissingProviderPassesAndAWrongOneDoesNot) {
  const Shipped s;
  const Resolution r = s.sources.resolve({"process_creation", "windows", ""});
  EXPECT_EQ(hits(r, event_of("Security", "Microsoft-Windows-Security-Auditing", 4688)), 1);
  EXPECT_EQ(hits(r, event_of("Security", "", 4688)), 1);
  EXPECT_EQ(hits(r, event_of("Security", "Somebody-Else", 4688)), 0);
}

TEST(ShippedLogsources, AnyWindowsChannelIsNoLogOfAnotherSystem) {
  const Shipped s;
  const Resolution r = s.sources.resolve({"", "windows", ""});
  EXPECT_GE(hits(r, event_of("Some-Vendor/Log", "Vendor", 1)), 1);
  EXPECT_EQ(hits(r, event_of("linux:auditd", "SYSCALL", 1)), 0);
  EXPECT_EQ(hits(r, event_of("Linux-Sysmon/Operational", "Linux-Sysmon", 1)), 0);
  EXPECT_EQ(hits(r, event_of("", "", 1)), 0);
}

TEST(ShippedLogsources, EveryCategoryOfTheTaxonomyHasASource) {
  const Shipped s;
  for (const char* category : {"process_creation",
                               "file_change",
                               "network_connection",
                               "sysmon_status",
                               "process_termination",
                               "driver_load",
                               "image_load",
                               "create_remote_thread",
                               "raw_access_thread",
                               "process_access",
                               "file_event",
                               "registry_event",
                               "registry_add",
                               "registry_delete",
                               "registry_set",
                               "registry_rename",
                               "create_stream_hash",
                               "pipe_created",
                               "wmi_event",
                               "dns_query",
                               "file_delete",
                               "clipboard_capture",
                               "process_tampering",
                               "file_delete_detected",
                               "file_block_executable",
                               "file_block_shredding",
                               "file_executable_detected",
                               "sysmon_error",
                               "file_access",
                               "ps_classic_start",
                               "ps_classic_provider_start",
                               "ps_classic_script",
                               "ps_module",
                               "ps_script",
                               "file_rename"})
    EXPECT_FALSE(s.sources.resolve({category, "windows", ""}).selectors.empty()) << category;
}

TEST(ShippedLogsources, EveryServiceHasItsChannel) {
  const Shipped s;
  struct Case {
    const char *service, *channel;
  };
  for (const Case& c : {
           Case{"security", "Security"},
           Case{"system", "System"},
           Case{"application", "Application"},
           Case{"sysmon", "Microsoft-Windows-Sysmon/Operational"},
           Case{"powershell", "Microsoft-Windows-PowerShell/Operational"},
           Case{"powershell", "PowerShellCore/Operational"},
           Case{"powershell-classic", "Windows PowerShell"},
           Case{"taskscheduler", "Microsoft-Windows-TaskScheduler/Operational"},
           Case{"windefend", "Microsoft-Windows-Windows Defender/Operational"},
           Case{"wmi", "Microsoft-Windows-WMI-Activity/Operational"},
           Case{"dns-server", "DNS Server"},
           Case{"dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical"},
           Case{"dns-client", "Microsoft-Windows-DNS Client Events/Operational"},
           Case{"driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"},
           Case{"ntlm", "Microsoft-Windows-NTLM/Operational"},
           Case{"dhcp", "Microsoft-Windows-DHCP-Server/Operational"},
           Case{"msexchange-management", "MSExchange Management"},
           Case{"printservice-admin", "Microsoft-Windows-PrintService/Admin"},
           Case{"printservice-operational", "Microsoft-Windows-PrintService/Operational"},
           Case{"terminalservices-localsessionmanager",
                "Microsoft-Windows-TerminalServices-LocalSessionManager/Operational"},
           Case{"codeintegrity-operational", "Microsoft-Windows-CodeIntegrity/Operational"},
           Case{"smbclient-security", "Microsoft-Windows-SmbClient/Security"},
           Case{"smbclient-connectivity", "Microsoft-Windows-SmbClient/Connectivity"},
           Case{"smbserver-connectivity", "Microsoft-Windows-SMBServer/Connectivity"},
           Case{"applocker", "Microsoft-Windows-AppLocker/EXE and DLL"},
           Case{"firewall-as", "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"},
           Case{"bits-client", "Microsoft-Windows-Bits-Client/Operational"},
           Case{"ldap", "Microsoft-Windows-LDAP-Client/Debug"},
           Case{"security-mitigations", "Microsoft-Windows-Security-Mitigations/UserMode"},
           Case{"diagnosis-scripted", "Microsoft-Windows-Diagnosis-Scripted/Operational"},
           Case{"shell-core", "Microsoft-Windows-Shell-Core/Operational"},
           Case{"openssh", "OpenSSH/Operational"},
           Case{"appxdeployment-server", "Microsoft-Windows-AppXDeploymentServer/Operational"},
           Case{"appxpackaging-om", "Microsoft-Windows-AppxPackaging/Operational"},
           Case{"appmodel-runtime", "Microsoft-Windows-AppModel-Runtime/Admin"},
           Case{"lsa-server", "Microsoft-Windows-LSA/Operational"},
           Case{"vhdmp", "Microsoft-Windows-VHDMP/Operational"},
           Case{"certificateservicesclient-lifecycle-system",
                "Microsoft-Windows-CertificateServicesClient-Lifecycle-System/Operational"},
           Case{"iis-configuration", "Microsoft-IIS-Configuration/Operational"},
           Case{"sense", "Microsoft-Windows-SENSE/Operational"},
           Case{"servicebus-client", "Microsoft-ServiceBus-Client/Admin"},
           Case{"microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Operational"},
           Case{"capi2", "Microsoft-Windows-CAPI2/Operational"},
       }) {
    const Resolution r = s.sources.resolve({"", "windows", c.service});
    EXPECT_EQ(hits(r, event_of(c.channel, "any provider", 1)), 1) << c.service;
    EXPECT_EQ(hits(r, event_of("Some Other Channel", "any provider", 1)), 0) << c.service;
  }
}

TEST(ShippedLogsources, AnEventIdOfAnotherProviderIsNoProcessCreation) {
  const Shipped s;
  const Resolution r = s.sources.resolve({"process_creation", "windows", ""});
  EXPECT_EQ(hits(r, event_of("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 1)), 1);
  EXPECT_EQ(hits(r, event_of("microsoft-windows-sysmon/OPERATIONAL", "Microsoft-Windows-Sysmon", 1)), 1);
  EXPECT_EQ(hits(r, event_of("Security", "Microsoft-Windows-Security-Auditing", 4688)), 1);
  EXPECT_EQ(hits(r, event_of("Security", "SomeBackupTool", 4688)), 0);
  EXPECT_EQ(hits(r, event_of("System", "Microsoft-Windows-Kernel-General", 1)), 0);
  EXPECT_EQ(hits(r, event_of("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 5)), 0);
  Event without_id = event_of("Security", "Microsoft-Windows-Security-Auditing", 0);
  without_id.event_id.reset();
  EXPECT_EQ(hits(r, without_id), 0);
}

TEST(ShippedLogsources, RegistryAddAndDeleteAreToldApartByEventType) {
  const Shipped s;
  const auto sysmon12 = [&](std::string_view type, const char* category) {
    const std::array fields{FieldValue{id_of(field::EventType), ValueKind::string, type}};
    return hits(s.sources.resolve({category, "windows", ""}),
                event_of("Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", 12, fields));
  };
  EXPECT_EQ(sysmon12("CreateKey", "registry_add"), 1);
  EXPECT_EQ(sysmon12("DeleteKey", "registry_add"), 0);
  EXPECT_EQ(sysmon12("DeleteKey", "registry_delete"), 1);
  EXPECT_EQ(sysmon12("deletevalue", "registry_delete"), 1);
  EXPECT_EQ(sysmon12("CreateKey", "registry_delete"), 0);
  EXPECT_EQ(sysmon12("CreateKey", "registry_event"), 1);
  EXPECT_EQ(sysmon12("CreateKey", "registry_set"), 0);
}

TEST(ShippedLogsources, SecurityRegistryWritesAreSetOrDelete) {
  const Shipped s;
  const auto security = [&](std::string_view operation, const char* category) {
    const std::array fields{FieldValue{id_of(field::OperationType), ValueKind::string, operation}};
    return hits(s.sources.resolve({category, "windows", ""}),
                event_of("Security", "Microsoft-Windows-Security-Auditing", 4657, fields));
  };
  EXPECT_EQ(security("%%1904", "registry_set"), 1);
  EXPECT_EQ(security("%%1905", "registry_set"), 1);
  EXPECT_EQ(security("%%1906", "registry_set"), 0);
  EXPECT_EQ(security("%%1906", "registry_delete"), 1);
  EXPECT_EQ(security("%%1905", "registry_event"), 1);
}

TEST(ShippedLogsources, AProductAloneIsEveryWindowsEvent) {
  const Shipped s;
  const Resolution r = s.sources.resolve({"", "windows", ""});
  EXPECT_EQ(hits(r, event_of("Vendor-Product/Admin", "x", 7)), 1);
  EXPECT_EQ(hits(r, event_of("", "", 7)), 0);
}

TEST(ShippedLogsources, WhatHasNoSourceSaysWhy) {
  const Shipped s;
  struct Case {
    Logsource asked;
    const char* why;
  };
  for (const Case& c : {
           Case{{"process_creation", "linux", ""}, "no source of product 'linux' in this version"},
           Case{{"", "aws", "cloudtrail"}, "no source of product 'aws' in this version"},
           Case{{"proxy", "", ""}, "no source of category 'proxy' in this version"},
           Case{{"", "", "nginx"}, "no source of service 'nginx' in this version"},
           Case{{"", "windows", "no-such"}, "no source of service 'no-such' of product 'windows' in this version"},
           Case{{"antivirus", "windows", ""}, "no source of category 'antivirus' of product 'windows' in this version"},
           Case{{"process_creation", "windows", "system"},
                "category 'process_creation' and service 'system' have no source in common"},
           Case{{"", "", ""}, "the rule names no logsource"},
       }) {
    const Resolution r = s.sources.resolve(c.asked);
    EXPECT_TRUE(r.selectors.empty());
    EXPECT_EQ(r.why_never, c.why);
  }
}

TEST(ShippedLogsources, CategoryNarrowsService) {
  const Shipped s;
  const Resolution security = s.sources.resolve({"process_creation", "windows", "security"});
  ASSERT_EQ(security.selectors.size(), 1u);
  EXPECT_EQ(security.selectors[0]->channel, "security");
  EXPECT_EQ(s.sources.resolve({"process_creation", "windows", "sysmon"}).selectors.size(), 1u);
  EXPECT_EQ(s.sources.resolve({"process_creation", "", ""}).selectors.size(), 2u);
  EXPECT_EQ(s.sources.resolve({"", "", "security"}).selectors.size(), 1u);
}

TEST(ShippedLogsources, WantedFieldsAreThoseThatValuesAreMadeFrom) {
  Shipped s;
  WantedFields wanted(s.table);
  s.sources.add_wanted(wanted);
  for (const auto n : {field::NewProcessName, field::SubjectUserName, field::Hashes, field::ObjectValueName,
                       field::OperationType, field::EventType})
    EXPECT_TRUE(wanted.contains(id_of(n)));
  EXPECT_FALSE(wanted.contains(id_of(field::Details)));
}

// ---- made values ----

struct Given {
  const char* name;
  const char* text;
};

/// What a rule of a category reads as `to` when `fields` stand in the event.
std::string made(const char* category, std::uint32_t event_id, const char* to, std::vector<Given> given) {
  Shipped s;
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({*s.table.intern(g.name), ValueKind::string, g.text});
  const bool sysmon = event_id < 1000;
  const Event event =
      event_of(sysmon ? "Microsoft-Windows-Sysmon/Operational" : "Security",
               sysmon ? "Microsoft-Windows-Sysmon" : "Microsoft-Windows-Security-Auditing", event_id, fields);
  Arena arena;
  std::vector<FieldValue> out;
  for (const SourceSelector* selector : s.sources.resolve({category, "windows", ""}).selectors) {
    if (!selector->accepts(event)) continue;
    for (const FieldAlias& alias : selector->aliases) {
      if (s.table.name(alias.to) != to) continue;
      EXPECT_NE(alias.to, alias.derived);
      derive(alias, event, arena, out);
      for (const FieldValue& v : out) EXPECT_EQ(v.field, alias.derived);
    }
  }
  std::string all;
  for (const FieldValue& v : out) all += (all.empty() ? "" : "|") + std::string(v.text);
  return all;
}

TEST(Derive, ProcessCreationOfTheSecurityLog) {
  const auto p = [](const char* to, std::vector<Given> given) { return made("process_creation", 4688, to, given); };
  EXPECT_EQ(p("Image", {{"NewProcessName", "C:\\Windows\\System32\\sc.exe"}}), "C:\\Windows\\System32\\sc.exe");
  EXPECT_EQ(p("ParentImage", {{"ParentProcessName", "C:\\a.exe"}}), "C:\\a.exe");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "0x1a4"}, {"ProcessId", "0x10"}}), "420");
  EXPECT_EQ(p("ParentProcessId", {{"NewProcessId", "0x1a4"}, {"ProcessId", "0x10"}}), "16");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "420"}}), "420");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "zz"}}), "");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "0x"}}), "");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "0xffffffffffffffff"}}), "18446744073709551615");
  EXPECT_EQ(p("ProcessId", {{"NewProcessId", "0x1ffffffffffffffff"}}), "");
  EXPECT_EQ(p("LogonId", {{"SubjectLogonId", "0x3e7"}}), "0x3e7");
  EXPECT_EQ(p("User", {{"SubjectDomainName", "CORP"}, {"SubjectUserName", "ann"}}), "CORP\\ann");
  EXPECT_EQ(p("User", {{"SubjectDomainName", "CORP"},
                       {"SubjectUserName", "HOST$"},
                       {"TargetDomainName", "CORP"},
                       {"TargetUserName", "bob"}}),
            "CORP\\bob");
  EXPECT_EQ(p("User", {{"SubjectDomainName", "CORP"},
                       {"SubjectUserName", "ann"},
                       {"TargetDomainName", "-"},
                       {"TargetUserName", "-"}}),
            "CORP\\ann");
  EXPECT_EQ(p("User", {{"SubjectUserName", "ann"}}), "");
  EXPECT_EQ(p("ParentUser", {{"SubjectDomainName", "-"}, {"SubjectUserName", "ann"}}), "ann");
  EXPECT_EQ(p("IntegrityLevel", {{"MandatoryLabel", "S-1-16-12288"}}), "High");
  EXPECT_EQ(p("IntegrityLevel", {{"MandatoryLabel", "S-1-16-8192"}}), "Medium");
  EXPECT_EQ(p("IntegrityLevel", {{"MandatoryLabel", "S-1-16-16384"}}), "System");
  EXPECT_EQ(p("IntegrityLevel", {{"MandatoryLabel", "S-1-16-1"}}), "");
  EXPECT_EQ(p("Image", {}), "");
}

TEST(Derive, RegistryWriteOfTheSecurityLog) {
  const auto r = [](const char* to, std::vector<Given> given) {
    given.push_back({"OperationType", "%%1905"});
    return made("registry_set", 4657, to, given);
  };
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog"},
                               {"ObjectValueName", "Start"}}),
            "HKLM\\System\\CurrentControlSet\\Services\\EventLog\\Start");
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\Registry\\User\\S-1-5-18\\Software"}, {"ObjectValueName", ""}}),
            "HKU\\S-1-5-18\\Software\\(Default)");
  EXPECT_EQ(
      r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSetX\\a"}, {"ObjectValueName", "v"}}),
      "HKLM\\SYSTEM\\ControlSetX\\a\\v");
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINES\\a"}, {"ObjectValueName", "v"}}),
            "\\REGISTRY\\MACHINES\\a\\v");
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINE"}, {"ObjectValueName", "v"}}), "HKLM\\v");
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001"}, {"ObjectValueName", "v"}}),
            "HKLM\\System\\CurrentControlSet\\v");
  EXPECT_EQ(r("TargetObject", {{"ObjectName", "\\REGISTRY\\MACHINE\\a"}}), "");
  EXPECT_EQ(r("Details", {{"NewValue", "4"}, {"NewValueType", "%%1876"}}), "DWORD (0x00000004)");
  EXPECT_EQ(r("Details", {{"NewValue", "0x10"}, {"NewValueType", "%%1876"}}), "DWORD (0x00000010)");
  EXPECT_EQ(r("Details", {{"NewValue", "4294967296"}, {"NewValueType", "%%1876"}}), "4294967296");
  EXPECT_EQ(r("Details", {{"NewValue", "4294967299"}, {"NewValueType", "%%1883"}}), "QWORD (0x00000001-0x00000003)");
  EXPECT_EQ(r("Details", {{"NewValue", "x"}, {"NewValueType", "%%1873"}}), "x");
  EXPECT_EQ(r("Details", {{"NewValue", "0102"}, {"NewValueType", "%%1875"}}), "Binary Data");
  EXPECT_EQ(r("EventType", {}), "SetValue");
  EXPECT_EQ(r("Image", {{"ProcessName", "C:\\Windows\\regedit.exe"}}), "C:\\Windows\\regedit.exe");
}

TEST(Derive, HashesOfSysmon) {
  const auto h = [](const char* to, const char* hashes) {
    return made("process_creation", 1, to, {{"Hashes", hashes}});
  };
  EXPECT_EQ(h("md5", "SHA1=aa,MD5=bb,SHA256=cc,IMPHASH=dd"), "bb");
  EXPECT_EQ(h("sha1", "sha1=aa,MD5=bb"), "aa");
  EXPECT_EQ(h("Imphash", "MD5=bb, IMPHASH=dd"), "dd");
  EXPECT_EQ(h("imphash", "IMPHASH=dd"), "dd");
  EXPECT_EQ(h("sha256", "MD5=bb"), "");
  EXPECT_EQ(h("md5", ",,=,MD5"), "");
  EXPECT_EQ(h("md5", ""), "");
}

TEST(Derive, EveryValueOfAFieldIsMade) {
  EXPECT_EQ(made("process_creation", 4688, "Image", {{"NewProcessName", "a"}, {"NewProcessName", "b"}}), "a|b");
}

}  // namespace
}  // namespace stopwarden::sigma
