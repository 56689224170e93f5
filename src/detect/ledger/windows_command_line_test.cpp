// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/windows_command_line.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"

namespace stopwarden::ledger {
namespace {

std::string targets(std::string_view line, std::string_view tool = "") {
  TargetList out;
  command_line_targets(line, tool, {}, out);
  return targets_text(std::move(out).take());
}

struct Case {
  const char *line, *targets;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(targets(c.line), c.targets) << c.line;
}

TEST(SplitArguments, AsWindowsDoes) {
  using V = std::vector<std::string>;
  struct Split {
    const char* line;
    V arguments;
  };
  for (const Split& c : {
           Split{"", V{}},
           Split{"   ", V{}},
           Split{"a b\tc", V{"a", "b", "c"}},
           Split{"a  \"b c\"  d", V{"a", "b c", "d"}},
           Split{"\"C:\\Program Files\\a.exe\" b", V{"C:\\Program Files\\a.exe", "b"}},
           Split{"C:\\\"x y\"\\a b", V{"C:\\x y\\a", "b"}},
           Split{"a b\\\\c", V{"a", "b\\\\c"}},
           Split{"a \"b\\\\\" c", V{"a", "b\\", "c"}},
           Split{"a \\\"b c", V{"a", "\"b", "c"}},
           Split{"a \"b\\\"c d\"", V{"a", "b\"c d"}},
           Split{"a \"b\"\"c\" d", V{"a", "b\"c d"}},
           Split{"a \"\"", V{"a", ""}},
           Split{"a \"b c", V{"a", "b c"}},
           Split{"a b\"c d\"e", V{"a", "bc de"}},
           Split{"a \\\\\\\\\"b c\"", V{"a", "\\\\b c"}},
       })
    EXPECT_EQ(split_arguments(c.line), c.arguments) << c.line;
}

TEST(SplitCmdLine, AsCmdDoes) {
  using V = std::vector<std::string>;
  struct Split {
    const char* line;
    V commands;
  };
  for (const Split& c : {
           Split{"", V{}},
           Split{"a", V{"a"}},
           Split{"a&b&&c|d||e", V{"a", "b", "c", "d", "e"}},
           Split{"a \"x & y\" & b", V{"a \"x & y\"", "b"}},
           Split{"a ^& b", V{"a & b"}},
           Split{"n^et st^op x", V{"net stop x"}},
           Split{"(a & b) & c", V{"a", "b", "c"}},
           Split{"@a >nul 2>&1 & b", V{"a", "b"}},
           Split{"a > \"x & y\" & b", V{"a", "b"}},
           Split{"a)b", V{"a)b"}},
           Split{"a & for %x in (1 2) do b & c", V{"a", "for %x in (1 2) do b & c"}},
           Split{"a ^", V{"a"}},
           Split{"a 2>nul b", V{"a  b"}},
       })
    EXPECT_EQ(split_cmd_line(c.line), c.commands) << c.line;
}

TEST(ToolName, IsTheFileWithoutEnding) {
  EXPECT_EQ(tool_name("C:\\Windows\\System32\\SC.EXE"), "sc");
  EXPECT_EQ(tool_name("net1"), "net1");
  EXPECT_EQ(tool_name("/a/b/pwsh"), "pwsh");
  EXPECT_EQ(tool_name(".exe"), ".exe");
  EXPECT_EQ(tool_name(""), "");
}

TEST(CommandLine, Net) {
  check({
      {"net stop Spooler", "stop service:Spooler net"},
      {"net  stop   Spooler /y", "stop service:Spooler net"},
      {"net.exe stop /y Spooler", "stop service:Spooler net"},
      {"NET1 STOP Spooler", "stop service:Spooler net"},
      {"C:\\Windows\\system32\\net1 stop \"SQL Server (MSSQLSERVER)\" /y", "stop service:SQL Server (MSSQLSERVER) net"},
      {"\"C:\\Windows\\System32\\net.exe\" stop \"Print Spooler\"", "stop service:Print Spooler net"},
      {"net stop print spooler", "stop service:print spooler net"},
      {"net pause LanmanServer", "pause service:LanmanServer net"},
      {"net start Spooler", "start service:Spooler net"},
      {"net continue LanmanServer", "start service:LanmanServer net"},
      {"net stop", ""},
      {"net stop /y", ""},
      {"net use Z: \\\\SRV\\stop", ""},
      {"net user stop /add", ""},
      {"", ""},
      {"net", ""},
  });
}

TEST(CommandLine, Sc) {
  check({
      {"sc stop VSS", "stop service:VSS sc"},
      {"sc  stop mpssvc", "stop service:mpssvc sc"},
      {"\"C:\\windows\\system32\\sc.exe\" \\\\WORKSTATION6 stop IKEEXT", "stop service:IKEEXT sc @WORKSTATION6"},
      {"sc \\\\10.0.0.7 config VSS start= disabled", "disable service:VSS sc @10.0.0.7"},
      {"sc pause LanmanServer", "pause service:LanmanServer sc"},
      {"sc delete \"My Service\"", "delete service:My Service sc"},
      {"sc  config sense start= disabled", "disable service:sense sc"},
      {"sc config sense start=disabled", "disable service:sense sc"},
      {"sc config sense start= \"disabled\"", "disable service:sense sc"},
      {"sc config sense START= DISABLED", "disable service:sense sc"},
      {"sc config sense start= disable", "disable service:sense sc"},
      {"sc config BITSstart= disabled", "disable service:BITS sc"},
      {"sc config BITSstart=disabled", "disable service:BITS sc"},
      {"sc config sense start= demand", "reconfigure service:sense sc"},
      {"sc config Fax binPath= \"C:\\a.exe\"", "reconfigure service:Fax sc"},
      {"sc config Fax binPath= C:\\a.exe start= disabled", "disable service:Fax sc"},
      {"sc failure VSS reset= 0 actions= \"\"", "reconfigure service:VSS sc"},
      {"sc sdset VSS D:(D;;DCLCWPDTSD;;;BA)", "reconfigure service:VSS sc"},
      {"sc start wuauserv", "start service:wuauserv sc"},
      {"sc create x binPath= C:\\x.exe", "create service:x sc"},
      {"sc query stop", ""},
      {"sc stop", ""},
      {"sc \\\\HOST stop", ""},
      {"sc", ""},
      {"sc qc sense", ""},
  });
}

TEST(CommandLine, Taskkill) {
  check({
      {"taskkill /F /IM sqlservr.exe", "kill process:sqlservr.exe taskkill"},
      {"taskkill /im a.exe /im b.exe /f /t", "kill process:a.exe taskkill; kill process:b.exe taskkill"},
      {"taskkill -f -im \"my app.exe\"", "kill process:my app.exe taskkill"},
      {"taskkill /PID 1234 /F", "kill process:pid 1234 taskkill"},
      {"taskkill /S SRV1 /U a /P b /IM x.exe", "kill process:x.exe taskkill @SRV1"},
      {"taskkill /s \\\\SRV1 /im x.exe", "kill process:x.exe taskkill @SRV1"},
      {"taskkill /F /FI \"IMAGENAME eq mysqld.exe\"", "kill process:mysqld.exe taskkill"},
      {"taskkill /F /FI \"SERVICES eq VSS\"", "kill service:VSS taskkill"},
      {"taskkill /FI \"PID eq 12\"", "kill process:pid 12 taskkill"},
      {"taskkill /F /FI \"USERNAME eq x\" /im *", "kill process:* taskkill"},
      {"taskkill /?", ""},
      {"taskkill /im", ""},
      {"tskill notepad", "kill process:notepad tskill"},
      {"tasklist /fi \"IMAGENAME eq x.exe\"", ""},
  });
}

TEST(CommandLine, Wmic) {
  check({
      {"wmic service where name='VSS' call stopservice", "stop service:VSS wmic"},
      {"wmic service where \"name='VSS'\" call stopservice", "stop service:VSS wmic"},
      {"wmic service where name=\"VSS\" call stopservice", "stop service:VSS wmic"},
      {"wmic service where (name like '%sql%') call delete", "delete service:%sql% wmic"},
      {"wmic service where \"name like '%%sql%%'\" call stopservice", "stop service:%%sql%% wmic"},
      {"wmic service where \"name='a' or name='b'\" call stopservice", "stop service:a wmic; stop service:b wmic"},
      {"wmic service where \"displayname like 'SQL%'\" call stopservice", "stop service:SQL% wmic"},
      {"wmic service VSS call stopservice", "stop service:VSS wmic"},
      {"wmic service where name=\"BITS\" call ChangeStartMode Disabled", "disable service:BITS wmic"},
      {"wmic service where name=\"BITS\" call ChangeStartMode(\"Disabled\")", "disable service:BITS wmic"},
      {"wmic service where name=\"BITS\" call changestartmode manual", "reconfigure service:BITS wmic"},
      {"wmic /node:SRV1 service where name=\"BITS\" call stopservice", "stop service:BITS wmic @SRV1"},
      {"wmic /node:\"SRV 1\" service where name=\"BITS\" delete", "delete service:BITS wmic @SRV 1"},
      {"wmic path win32_service where name='X' call pauseservice", "pause service:X wmic"},
      {"wmic process where name='a.exe' call terminate", "kill process:a.exe wmic"},
      {"wmic process where \"name='a.exe'\" delete", "kill process:a.exe wmic"},
      {"wmic process where processid=42 call terminate", "kill process:pid 42 wmic"},
      {"WMIC.exe /node:SRV1 process call create \"net stop VSS /y\"", "stop service:VSS net @SRV1"},
      {"wmic process call create \"cmd /c sc stop a & sc stop b\"", "stop service:a sc; stop service:b sc"},
      {"wmic service where name='VSS' get state", ""},
      {"wmic process list /format:csv", ""},
      {"wmic", ""},
  });
}

TEST(CommandLine, Cmd) {
  check({
      {"cmd /c net stop a", "stop service:a net"},
      {"cmd.exe /c \"net stop a & net stop b\"", "stop service:a net; stop service:b net"},
      {"cmd /c net stop a&&net stop b||sc stop c", "stop service:a net; stop service:b net; stop service:c sc"},
      {"cmd /d /s /c \"net stop \"My Service\" /y\"", "stop service:My Service net"},
      {"cmd /c \"\"C:\\Windows\\System32\\sc.exe\" stop x\"", "stop service:x sc"},
      {"cmd /c \"C:\\Windows\\System32\\sc.exe\" stop x", "stop service:x sc"},
      {"cmd /cnet stop a", "stop service:a net"},
      {"cmd /Q /C n^et st^op a", "stop service:a net"},
      {"cmd /c net stop a >nul 2>&1 & net stop b > x.txt", "stop service:a net; stop service:b net"},
      {"cmd /c (net stop a & net stop b)", "stop service:a net; stop service:b net"},
      {"cmd /c @net stop a", "stop service:a net"},
      {"cmd /c call net stop a", "stop service:a net"},
      {"cmd /c start \"t\" /b net stop a", "stop service:a net"},
      {"cmd /c if exist C:\\x net stop a", "stop service:a net"},
      {"cmd /c if not errorlevel 1 net stop a", "stop service:a net"},
      {"cmd /c if /i %a%==b net stop a", "stop service:a net"},
      {"cmd /c for %s in (a b \"c d\") do net stop %s /y",
       "stop service:a net; stop service:b net; stop service:c d net"},
      {"cmd /c for %s in (a,b;c) do @sc config %s start= disabled",
       "disable service:a sc; disable service:b sc; disable service:c sc"},
      {"cmd /c for %%s in (a) do (net stop %%s & sc delete %%s)", "stop service:a net; delete service:a sc"},
      {"cmd /c for %s in (\"a b\") do net stop \"%~s\"", "stop service:a b net"},
      {"cmd /c for /f \"tokens=1\" %i in ('sc query') do net stop %i", "stop service:%i net"},
      {"cmd /c FOR /D %i IN (x) DO taskkill /im %i", "kill process:x taskkill"},
      {"cmd /c cmd /c cmd /c net stop a", "stop service:a net"},
      {"cmd /c echo net stop a", ""},
      {"cmd /c echo a^&net stop b", ""},
      {"cmd", ""},
      {"cmd /c", ""},
      {"cmd /c \"", ""},
      {"cmd /c for %s in (a b do net stop %s", ""},
  });
}

TEST(CommandLine, Reg) {
  check({
      {"REG  ADD HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\EventLog /t REG_DWORD /v Start /d 4",
       "disable service:EventLog reg"},
      {"reg add \"HKLM\\SYSTEM\\ControlSet001\\Services\\My Svc\" /v \"Start\" /t REG_DWORD /d \"0x4\" /f",
       "disable service:My Svc reg"},
      {"reg add \\\\SRV1\\HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS /v Start /d 4",
       "disable service:VSS reg @SRV1"},
      {"reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS /v Start /d 3", "reconfigure service:VSS reg"},
      {"reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS\\Diag /v Start /d 4", "reconfigure service:VSS reg"},
      {"reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS\\ /f", "delete service:VSS reg"},
      {"reg delete HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS /v ImagePath /f", "reconfigure service:VSS reg"},
      {"reg query HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS", ""},
      {"reg add HKLM\\SOFTWARE\\Services\\VSS /v Start /d 4", ""},
      {"reg add HKLM\\SYSTEM\\CurrentControlSet\\Services /v Start /d 4", ""},
      {"reg add", ""},
      {"reg add \\\\SRV1", ""},
  });
}

TEST(CommandLine, SysinternalsAndOthers) {
  check({
      {"psservice stop Spooler", "stop service:Spooler psservice"},
      {"PsService64.exe \\\\SRV1 -accepteula -u a -p b stop Spooler", "stop service:Spooler psservice @SRV1"},
      {"psservice setconfig VSS disabled", "disable service:VSS psservice"},
      {"psservice setconfig VSS auto", "reconfigure service:VSS psservice"},
      {"psservice query VSS", ""},
      {"pskill -t \\\\SRV1 -u a -p b sqlservr", "kill process:sqlservr pskill @SRV1"},
      {"pskill64 4412", "kill process:pid 4412 pskill"},
      {"pskill", ""},
      {"pssuspend MsMpEng.exe", "pause process:MsMpEng.exe pssuspend"},
      {"pssuspend -r MsMpEng.exe", ""},
      {"psexec \\\\SRV1 -s -d net stop VSS", "stop service:VSS net @SRV1"},
      {"psexec -accepteula \\\\SRV1,SRV2 -u a -p b cmd /c \"sc stop x\"",
       "stop service:x sc @SRV1; stop service:x sc @SRV2"},
      {"psexec -i 1 -s sc stop x", "stop service:x sc"},
      {"psexec -i -s sc stop x", "stop service:x sc"},
      {"psexec \\\\SRV1", ""},
      {"AdvancedRun.exe /EXEFilename \"C:\\Windows\\System32\\sc.exe\" /WindowState 0 /CommandLine \"stop WinDefend\" "
       "/RunAs 8 /Run",
       "stop service:WinDefend sc"},
      {"logman stop EventLog-System -ets", "stop service:EventLog-System logman"},
      {"logman query x", ""},
      {"fltmc unload SysmonDrv", "stop service:SysmonDrv fltmc"},
      {"fltmc detach WdFilter C:", "stop service:WdFilter fltmc"},
      {"fltmc filters", ""},
      {"rundll32 javascript:\"\\..\\mshtml,RunHTMLApplication \";\"taskkill /f /im a.exe\"", ""},
      {"notepad net stop x", ""},
  });
}

TEST(CommandLine, Powershell) {
  check({
      {"powershell Stop-Service Spooler", "stop service:Spooler powershell"},
      {"powershell.exe -NoProfile -ExecutionPolicy Bypass -Command \"Stop-Service -Name 'a b' -Force\"",
       "stop service:a b powershell"},
      {"powershell -nop -w hidden -c Stop-Service a,b", "stop service:a powershell; stop service:b powershell"},
      {"pwsh -c \"Get-Service VSS | Stop-Service\"", "stop service:VSS powershell"},
      {"powershell -enc UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIABWAFMAUwA=", "stop service:VSS powershell"},
      {"powershell -e UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIABWAFMAUwA=", "stop service:VSS powershell"},
      {"powershell /ec UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIABWAFMAUwA=", "stop service:VSS powershell"},
      {"powershell \xE2\x80\x93 x", ""},
      {"powershell \xE2\x80\x93"
       "enc UwB0AG8AcAAtAFMAZQByAHYAaQBjAGUAIABWAFMAUwA=",
       "stop service:VSS powershell"},
      {"powershell -ep bypass -enc !!!!", ""},
      {"powershell -File C:\\Stop-Service.ps1", ""},
      {"powershell \"& { sc.exe stop VSS }\"", "stop service:VSS sc"},
      {"powershell -c \"cmd /c 'net stop a & net stop b'\"", "stop service:a net; stop service:b net"},
      {"powershell", ""},
      {"powershell -c", ""},
      {"cmd /c powershell -c \"Stop-Service a; Stop-Service b\"",
       "stop service:a powershell; stop service:b powershell"},
  });
}

TEST(CommandLine, TheEventMayKnowTheProgramBetter) {
  EXPECT_EQ(targets("renamed.exe stop VSS", "sc.exe"), "stop service:VSS sc");
  EXPECT_EQ(targets("C:\\Program Files\\Tools\\PsService.exe stop VSS"), "stop service:VSS psservice");
  EXPECT_EQ(targets("C:\\Program Files\\Tools\\x.exe stop VSS", "C:\\Program Files\\Tools\\x.exe"), "");
  EXPECT_EQ(targets("sc stop VSS", "cmd.exe"), "stop service:VSS sc");
}

TEST(CommandLine, DisplayNamesAreMarked) {
  TargetList out;
  command_line_targets("net stop \"Print Spooler\"", "", {}, out);
  const auto all = std::move(out).take();
  ASSERT_EQ(all.size(), 1u);
  EXPECT_EQ(all[0].display_name, "Print Spooler");
}

TEST(CommandLine, LimitsEndEveryLoop) {
  TargetLimits limits;
  limits.targets_max = 3;
  TargetList few(limits);
  command_line_targets("cmd /c for %s in (a b c d e f) do net stop %s", "", {}, few);
  EXPECT_EQ(std::move(few).take().size(), 3u);

  std::string nested = "net stop x";
  for (int i = 0; i < 100; ++i) nested = "cmd /c " + nested;
  EXPECT_EQ(targets(nested), "");

  // loops in loops: work is bounded, whatever comes out of it
  std::string loops = "net stop %a%b%c%d";
  for (const char* v : {"%a", "%b", "%c", "%d"}) {
    std::string items;
    for (int i = 0; i < 500; ++i) items += std::to_string(i) + " ";
    loops = "for " + std::string(v) + " in (" + items + ") do " + loops;
  }
  TargetList bounded;
  command_line_targets("cmd /c " + loops, "", {}, bounded);
  EXPECT_LE(std::move(bounded).take().size(), TargetLimits{}.targets_max);
  EXPECT_EQ(targets(std::string(2 << 20, 'x')), "");
}

TEST(ServiceKey, InAnyNotation) {
  struct Key {
    const char *path, *name, *below;
  };
  for (const Key& k : {
           Key{"HKLM\\System\\CurrentControlSet\\Services\\VSS", "VSS", ""},
           Key{"HKLM:\\SYSTEM\\CurrentControlSet\\Services\\VSS\\Parameters", "VSS", "Parameters"},
           Key{"\\REGISTRY\\MACHINE\\SYSTEM\\ControlSet001\\services\\VSS\\a\\b", "VSS", "a\\b"},
           Key{"Registry::HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\My Svc", "My Svc", ""},
           Key{"HKLM:/SYSTEM/CurrentControlSet/Services/VSS", "VSS", ""},
           Key{"HKLM\\SYSTEM\\CurrentControlSet\\Services", "", ""},
           Key{"HKLM\\SYSTEM\\CurrentControlSet\\Services\\", "", ""},
           Key{"HKLM\\SYSTEM\\ControlSetX\\Services\\VSS", "", ""},
           Key{"HKLM\\SOFTWARE\\Services\\VSS", "", ""},
           Key{"", "", ""},
           Key{"\\\\\\", "", ""},
       }) {
    EXPECT_EQ(service_key_of(k.path).name, k.name) << k.path;
    EXPECT_EQ(service_key_of(k.path).below, k.below) << k.path;
  }
}

}  // namespace
}  // namespace stopwarden::ledger
