// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/windows_targets.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"
#include "event/catalogue.h"

namespace stopwarden::ledger {
namespace {

std::vector<Target> targets_in(const Event& event) {
  TargetList out;
  windows_targets(event, out);
  return std::move(out).take();
}

struct Given {
  field::Number field;
  const char* text;
};

std::string targets(std::string_view channel, std::uint32_t id, std::vector<Given> given,
                    std::string_view provider = "Service Control Manager") {
  std::vector<FieldValue> fields;
  for (const Given& g : given) fields.push_back({id_of(g.field), ValueKind::string, g.text});
  Event e;
  e.channel = channel;
  e.provider = provider;
  e.event_id = id;
  e.fields = fields;
  return targets_text(targets_in(e));
}

constexpr const char* kSysmon = "Microsoft-Windows-Sysmon/Operational";

TEST(ServiceTargets, ProcessesByTheirCommandLine) {
  EXPECT_EQ(
      targets(kSysmon, 1, {{field::Image, "C:\\Windows\\System32\\sc.exe"}, {field::CommandLine, "sc  stop mpssvc"}}),
      "stop service:mpssvc sc");
  EXPECT_EQ(
      targets(
          kSysmon, 1,
          {{field::Image, "C:\\a\\x.exe"}, {field::OriginalFileName, "sc.exe"}, {field::CommandLine, "x stop VSS"}}),
      "stop service:VSS sc");
  EXPECT_EQ(
      targets(kSysmon, 1,
              {{field::Image, "C:\\a\\net.exe"}, {field::OriginalFileName, "-"}, {field::CommandLine, "n stop VSS"}}),
      "stop service:VSS net");
  EXPECT_EQ(targets("Security", 4688,
                    {{field::NewProcessName, "C:\\Windows\\System32\\sc.exe"},
                     {field::CommandLine, "sc  config sense start= disabled"}}),
            "disable service:sense sc");
  EXPECT_EQ(targets("Security", 4688, {{field::NewProcessName, "C:\\Windows\\System32\\sc.exe"}}), "");
  EXPECT_EQ(targets(kSysmon, 5, {{field::Image, "C:\\a\\sc.exe"}}), "");
}

TEST(ServiceTargets, ScriptsAndPipelines) {
  EXPECT_EQ(targets("Microsoft-Windows-PowerShell/Operational", 4104, {{field::ScriptBlockText, "Stop-Service VSS"}}),
            "stop service:VSS powershell");
  EXPECT_EQ(
      targets(
          "PowerShellCore/Operational", 4103,
          {{field::Payload,
            "CommandInvocation(Stop-Service): \"x\"\nParameterBinding(Stop-Service): name=\"Name\"; value=\"VSS\""}}),
      "stop service:VSS powershell");
}

TEST(ServiceTargets, RegistryWrites) {
  const char* start = "HKLM\\System\\CurrentControlSet\\Services\\netprofm\\Start";
  EXPECT_EQ(targets(kSysmon, 13,
                    {{field::TargetObject, start},
                     {field::Details, "DWORD (0x00000004)"},
                     {field::Image, "C:\\Windows\\system32\\services.exe"}}),
            "disable service:netprofm scm =disabled");
  EXPECT_EQ(targets(kSysmon, 13,
                    {{field::TargetObject, start},
                     {field::Details, "DWORD (0x00000004)"},
                     {field::Image, "C:\\Windows\\system32\\reg.exe"}}),
            "disable service:netprofm registry =disabled");
  EXPECT_EQ(targets(kSysmon, 13, {{field::TargetObject, start}, {field::Details, "DWORD (0x00000002)"}}),
            "reconfigure service:netprofm registry");
  EXPECT_EQ(targets(kSysmon, 13,
                    {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a\\DeleteFlag"},
                     {field::Details, "DWORD (0x00000001)"}}),
            "delete service:a registry");
  EXPECT_EQ(targets(kSysmon, 13,
                    {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a\\Parameters\\Start"},
                     {field::Details, "DWORD (0x00000004)"}}),
            "reconfigure service:a registry");
  EXPECT_EQ(
      targets(kSysmon, 12,
              {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a"}, {field::EventType, "DeleteKey"}}),
      "delete service:a registry");
  EXPECT_EQ(targets(kSysmon, 12,
                    {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a\\b"},
                     {field::EventType, "DeleteKey"}}),
            "reconfigure service:a registry");
  EXPECT_EQ(
      targets(kSysmon, 12,
              {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a"}, {field::EventType, "CreateKey"}}),
      "create service:a registry");
  EXPECT_EQ(targets(kSysmon, 14,
                    {{field::TargetObject, "HKLM\\System\\CurrentControlSet\\Services\\a\\b"},
                     {field::EventType, "RenameKey"}}),
            "reconfigure service:a registry");
  EXPECT_EQ(
      targets(kSysmon, 13, {{field::TargetObject, "HKLM\\Software\\x\\Start"}, {field::Details, "DWORD (0x00000004)"}}),
      "");
  EXPECT_EQ(targets("Security", 4657,
                    {{field::ObjectName, "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\EventLog"},
                     {field::ObjectValueName, "Start"},
                     {field::NewValue, "4"},
                     {field::ProcessName, "C:\\Windows\\System32\\reg.exe"}}),
            "disable service:EventLog registry =disabled");
}

TEST(ServiceTargets, ObjectAccess) {
  const auto access = [](const char* type, const char* name, const char* mask) {
    return targets("Security", 4656, {{field::ObjectType, type}, {field::ObjectName, name}, {field::AccessMask, mask}});
  };
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x20"), "stop service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0xf01ff"), "stop service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x10000"), "delete service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x2"), "reconfigure service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x40"), "pause service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x1c"), "start service:VSS scm");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "0x85"), "");
  EXPECT_EQ(access("SERVICE OBJECT", "VSS", "zz"), "");
  EXPECT_EQ(access("SC_MANAGER OBJECT", "ServicesActive", "0xf003f"), "");
  EXPECT_EQ(access("Key", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\VSS", "0x2"),
            "reconfigure service:VSS registry");
  EXPECT_EQ(access("Key", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\VSS", "0x10000"),
            "delete service:VSS registry");
  EXPECT_EQ(access("Key", "\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\Services\\VSS", "0x20019"), "");
  EXPECT_EQ(targets("Security", 4697, {{field::ServiceName, "PSEXESVC"}}), "create service:PSEXESVC scm");
}

TEST(ServiceTargets, ServiceManager) {
  const auto scm = [](std::uint32_t id, std::vector<Given> given) { return targets("System", id, std::move(given)); };
  const char* eventlog1 = "6500760065006E0074006C006F0067002F0031000000";
  EXPECT_EQ(scm(7036, {{field::param1, "Windows Event Log"}, {field::param2, "stopped"}, {field::Binary, eventlog1}}),
            "stop service:eventlog scm =stopped");
  EXPECT_EQ(scm(7036, {{field::param1, "\xD0\x96"}, {field::param2, "\xD0\x96"}, {field::Binary, eventlog1}}),
            "stop service:eventlog scm =stopped");
  EXPECT_EQ(scm(7036, {{field::param1, "a"}, {field::param2, "x"}, {field::Binary, "61002F0034000000"}}),
            "start service:a scm =running");
  EXPECT_EQ(scm(7036, {{field::param1, "a"}, {field::param2, "x"}, {field::Binary, "61002f0037000000"}}),
            "pause service:a scm =paused");
  EXPECT_EQ(scm(7036, {{field::param1, "Print Spooler"}, {field::param2, "stopped"}}),
            "stop service:Print Spooler scm =stopped");
  EXPECT_EQ(scm(7036, {{field::param1, "Spouleur"}, {field::param2, "arrêté"}}), "stop service:Spouleur scm =stopped");
  EXPECT_EQ(scm(7036, {{field::param1, "X"}, {field::param2, "running"}}), "start service:X scm =running");
  EXPECT_EQ(scm(7036, {{field::param1, "X"}, {field::param2, "zastaveno"}}), " service:X scm =zastaveno");
  EXPECT_EQ(scm(7036, {{field::param1, "X"}, {field::param2, "stopped"}, {field::Binary, "zz"}}),
            "stop service:X scm =stopped");
  EXPECT_EQ(scm(7034, {{field::param1, "A"}, {field::param2, "1"}, {field::Binary, "61000000"}}),
            "kill service:a scm =terminated");
  EXPECT_EQ(scm(7031, {{field::param1, "A"}, {field::param2, "1"}}), "kill service:A scm =terminated");
  EXPECT_EQ(scm(7023, {{field::param1, "A"}, {field::param2, "%%5"}}), "stop service:A scm =failed");
  EXPECT_EQ(scm(7040, {{field::param1, "Network List Service"},
                       {field::param2, "demand start"},
                       {field::param3, "disabled"},
                       {field::param4, "netprofm"}}),
            "disable service:netprofm scm =disabled");
  EXPECT_EQ(scm(7040, {{field::param1, "A"}, {field::param2, "x"}, {field::param3, "Deaktiviert"}}),
            "disable service:A scm =disabled");
  EXPECT_EQ(
      scm(7040, {{field::param1, "A"}, {field::param2, "x"}, {field::param3, "demand start"}, {field::param4, "a"}}),
      "reconfigure service:a scm =demand start");
  EXPECT_EQ(scm(7042, {{field::param1, "A"}, {field::param2, "stop"}}), "stop service:A scm");
  EXPECT_EQ(scm(7042, {{field::param1, "A"}, {field::param2, "Start"}}), "start service:A scm");
  EXPECT_EQ(scm(7045, {{field::ServiceName, "PSEXESVC"}}), "create service:PSEXESVC scm");
  EXPECT_EQ(scm(7000, {{field::param1, "A"}}), "");
  EXPECT_EQ(scm(7036, {}), "");
  EXPECT_EQ(targets("System", 7036, {{field::param1, "A"}, {field::param2, "stopped"}}, "SomeoneElse"), "");
  EXPECT_EQ(targets("Application", 7036, {{field::param1, "A"}, {field::param2, "stopped"}}), "");
}

TEST(ServiceTargets, KeepDisplayNameBesideKeyName) {
  const std::array fields{FieldValue{id_of(field::param1), ValueKind::string, "Network List Service"},
                          FieldValue{id_of(field::param3), ValueKind::string, "disabled"},
                          FieldValue{id_of(field::param4), ValueKind::string, "netprofm"}};
  Event e;
  e.channel = "System";
  e.provider = "Service Control Manager";
  e.event_id = 7040;
  e.fields = fields;
  const auto all = targets_in(e);
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].name, "netprofm");
  EXPECT_EQ(all[0].display_name, "Network List Service");
}

TEST(ServiceTargets, WantsWhatItReads) {
  FieldTable table;
  WantedFields wanted(table);
  add_windows_target_fields(wanted);
  for (const field::Number n :
       {field::CommandLine, field::NewProcessName, field::Binary, field::param4, field::Payload})
    EXPECT_TRUE(wanted.contains(id_of(n)));
}

}  // namespace
}  // namespace stopwarden::ledger
