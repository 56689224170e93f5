// SPDX-License-Identifier: Apache-2.0
#include "detect/ledger/powershell.h"

#include <gtest/gtest.h>

#include "detect/ledger/targets_text.h"

namespace stopwarden::ledger {
namespace {

std::string script(std::string_view text) {
  TargetList out;
  powershell_script_targets(text, {}, out);
  return targets_text(std::move(out).take());
}

struct Case {
  const char *text, *targets;
};

void check(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(script(c.text), c.targets) << c.text;
}

TEST(Powershell, ServiceCmdletsAndTheirAbbreviations) {
  check({
      {"Stop-Service VSS", "stop service:VSS powershell"},
      {"stop-service -name vss -force", "stop service:vss powershell"},
      {"Stop-Service -N VSS", "stop service:VSS powershell"},
      {"Stop-Service -Na VSS", "stop service:VSS powershell"},
      {"Stop-Service -Force -Name:VSS", "stop service:VSS powershell"},
      {"Stop-Service -Name 'a', \"b\",c -Force",
       "stop service:a powershell; stop service:b powershell; stop service:c powershell"},
      {"Stop-Service -Name @('a','b')", "stop service:a powershell; stop service:b powershell"},
      {"Stop-Service ('a','b')", "stop service:a powershell; stop service:b powershell"},
      {"Stop-Service -DisplayName 'SQL Server (X)'", "stop service:SQL Server (X) powershell"},
      {"Stop-Service -ErrorAction SilentlyContinue VSS", "stop service:VSS powershell"},
      {"spsv VSS", "stop service:VSS powershell"},
      {"Suspend-Service VSS", "pause service:VSS powershell"},
      {"Remove-Service -Name VSS", "delete service:VSS powershell"},
      {"Start-Service VSS", "start service:VSS powershell"},
      {"Restart-Service VSS", "restart service:VSS powershell"},
      {"New-Service -Name x -BinaryPathName C:\\x.exe", "create service:x powershell"},
      {"Set-Service VSS -StartupType Disabled", "disable service:VSS powershell"},
      {"Set-Service -Name VSS -StartupType 'Disabled' -Status Stopped",
       "disable service:VSS powershell; stop service:VSS powershell"},
      {"Set-Service VSS -Star Disabled", "disable service:VSS powershell"},
      {"Set-Service VSS -StartupType Manual", "reconfigure service:VSS powershell"},
      {"Set-Service VSS -Status Paused", "pause service:VSS powershell"},
      {"Set-Service VSS -ComputerName SRV1 -StartupType Disabled", "disable service:VSS powershell @SRV1"},
      {"Microsoft.PowerShell.Management\\Stop-Service VSS", "stop service:VSS powershell"},
      {"& Stop-Service VSS", "stop service:VSS powershell"},
      {"& 'Stop-Service' VSS", "stop service:VSS powershell"},
      {"Stop-Service VSS -WhatIf", ""},
      {"St`op-Ser`vice VSS", "stop service:VSS powershell"},
      {"Stop-Service `\n  -Name VSS", "stop service:VSS powershell"},
      {"Stop-Service \"MSSQL`$PROD\"", "stop service:MSSQL$PROD powershell"},
      {"Stop-Service 'MSSQL$PROD'", "stop service:MSSQL$PROD powershell"},
      {"Stop-Service *sql*", "stop service:*sql* powershell"},
      {"Stop-Service", ""},
      {"Stop-Service -Name", ""},
  });
}

TEST(Powershell, ProcessesAndMachines) {
  check({
      {"Stop-Process -Name sqlservr -Force", "kill process:sqlservr powershell"},
      {"Stop-Process 1234", "kill process:pid 1234 powershell"},
      {"Stop-Process -Id 1,2", "kill process:pid 1 powershell; kill process:pid 2 powershell"},
      {"kill -Name a,b", "kill process:a powershell; kill process:b powershell"},
      {"spps -n a", "kill process:a powershell"},
      {"Get-Process sqlservr | Stop-Process", "kill process:sqlservr powershell"},
      {"gps a | kill", "kill process:a powershell"},
      {"(Get-Process a).Kill()", "kill process:a powershell"},
      {"[System.Diagnostics.Process]::GetProcessesByName('a').Kill()", "kill process:a powershell"},
      {"Stop-VM -Name DC01 -TurnOff", "stop vm:DC01 powershell"},
      {"Get-VM a | Stop-VM", "stop vm:a powershell"},
  });
}

TEST(Powershell, PipelinesVariablesAndLoops) {
  check({
      {"Get-Service VSS | Stop-Service -Force", "stop service:VSS powershell"},
      {"Get-Service -Name a,b | Set-Service -StartupType Disabled",
       "disable service:a powershell; disable service:b powershell"},
      {"Get-Service | Where-Object { $_.DisplayName -like '*sql*' } | Stop-Service", "stop service:*sql* powershell"},
      {"Get-Service | ? Name -like '*sql*' | Stop-Service", "stop service:*sql* powershell"},
      {"Get-Service | where {$_.Name -in 'a','b' -and $_.Status -eq 'Running'} | spsv",
       "stop service:a powershell; stop service:b powershell"},
      {"'a','b' | Stop-Service", "stop service:a powershell; stop service:b powershell"},
      {"'a','b' | % { Stop-Service $_ -Force }", "stop service:a powershell; stop service:b powershell"},
      {"'a','b' | ForEach-Object { Set-Service -Name $_ -StartupType Disabled; sc.exe delete $_ }",
       "disable service:a powershell; disable service:b powershell; delete service:a,b sc"},
      {"$s = 'VSS'; Stop-Service $s", "stop service:VSS powershell"},
      {"$s='VSS'\nStop-Service -Name $s", "stop service:VSS powershell"},
      {"[string[]]$l = 'a','b'\nforeach ($s in $l) { Stop-Service $s }",
       "stop service:a powershell; stop service:b powershell"},
      {"$l = @(\n'a'\n'b'\n)\nforeach($s in $l){Stop-Service $s}",
       "stop service:a powershell; stop service:b powershell"},
      {"foreach ($s in 'a','b') { Stop-Service \"$s\" }", "stop service:$s powershell"},
      {"$l = 'a b c' -split ' '\nStop-Service $l",
       "stop service:a powershell; stop service:b powershell; stop service:c powershell"},
      {"$l = 'a,b'.Split(',')\nStop-Service $l", "stop service:a powershell; stop service:b powershell"},
      {"$l = 'a'; $l += 'b'; Stop-Service $l", "stop service:a powershell; stop service:b powershell"},
      {"$p = 'My'; Stop-Service \"${p}Svc\"", "stop service:MySvc powershell"},
      {"$x = Get-Service VSS; $x.Stop()", "stop service:VSS powershell"},
      {"$x = Get-Service VSS; $x | Stop-Service", "stop service:VSS powershell"},
      {"(Get-Service VSS).Stop()", "stop service:VSS powershell"},
      {"Stop-Service $unknown", ""},
      {"if ($true) { Stop-Service VSS } else { Start-Service VSS }",
       "stop service:VSS powershell; start service:VSS powershell"},
      {"try { Stop-Service VSS } catch { }", "stop service:VSS powershell"},
      {"function f { Stop-Service VSS }", "stop service:VSS powershell"},
      {"while (1) { Stop-Process -Name a }", "kill process:a powershell"},
      {"return Stop-Service VSS", "stop service:VSS powershell"},
      {"$r = Stop-Service VSS -PassThru", "stop service:VSS powershell"},
  });
}

TEST(Powershell, WmiAndRegistry) {
  check({
      {"(Get-WmiObject Win32_Service -Filter \"Name='VSS'\").StopService()", "stop service:VSS powershell"},
      {"(gwmi win32_service -f \"name='VSS'\" -ComputerName SRV1).Delete()", "delete service:VSS powershell @SRV1"},
      {"(gwmi -Query \"select * from win32_service where name like 'sql%'\").stopservice()",
       "stop service:sql% powershell"},
      {"(gwmi win32_service -filter \"name='VSS'\").ChangeStartMode('Disabled')", "disable service:VSS powershell"},
      {"Get-CimInstance Win32_Service -Filter \"Name='VSS'\" | Invoke-CimMethod -MethodName StopService",
       "stop service:VSS powershell"},
      {"Invoke-CimMethod -ClassName Win32_Service -MethodName ChangeStartMode -Filter \"Name='VSS'\" -Arguments "
       "@{StartMode='Disabled'}",
       "reconfigure service:VSS powershell"},
      {"Invoke-WmiMethod -Path \"Win32_Service.Name='VSS'\" -Name StopService", "stop service:VSS powershell"},
      {"(gwmi win32_process -filter \"name='a.exe'\").Terminate()", "kill process:a.exe powershell"},
      {"Invoke-WmiMethod -ComputerName SRV1 -Class Win32_Process -Name Create -ArgumentList 'net stop VSS'",
       "stop service:VSS net @SRV1"},
      {"Set-ItemProperty -Path 'HKLM:\\SYSTEM\\CurrentControlSet\\Services\\VSS' -Name Start -Value 4",
       "disable service:VSS powershell"},
      {"sp HKLM:\\SYSTEM\\CurrentControlSet\\Services\\VSS Start 4", "disable service:VSS powershell"},
      {"New-ItemProperty -Path HKLM:\\SYSTEM\\CurrentControlSet\\Services\\VSS -Name Start -Value 3",
       "reconfigure service:VSS powershell"},
      {"Remove-Item -Recurse HKLM:\\SYSTEM\\CurrentControlSet\\Services\\VSS", "delete service:VSS powershell"},
      {"Remove-Item C:\\temp\\x", ""},
  });
}

TEST(Powershell, OtherWaysIn) {
  check({
      {"iex 'Stop-Service VSS'", "stop service:VSS powershell"},
      {"'Stop-Service VSS' | Invoke-Expression", "stop service:VSS powershell"},
      {"Start-Process sc.exe -ArgumentList 'stop VSS'", "stop service:VSS sc"},
      {"Start-Process -FilePath net -ArgumentList 'stop','VSS','/y' -Wait", "stop service:VSS net"},
      {"Invoke-Command -ComputerName A,B -ScriptBlock { Stop-Service VSS }",
       "stop service:VSS powershell @A; stop service:VSS powershell @B"},
      {"icm { Stop-Service VSS }", "stop service:VSS powershell"},
      {"net stop VSS /y", "stop service:VSS net"},
      {"sc.exe \\\\SRV1 stop VSS", "stop service:VSS sc @SRV1"},
      {"& C:\\Windows\\System32\\sc.exe stop VSS", "stop service:VSS sc"},
      {"& \"$env:windir\\system32\\sc.exe\" config VSS start= disabled", "disable service:VSS sc"},
      {"taskkill /F /IM a.exe /IM b.exe", "kill process:a.exe taskkill; kill process:b.exe taskkill"},
      {"taskkill -f -im a.exe", "kill process:a.exe taskkill"},
      {"wmic service where \"name='VSS'\" call stopservice", "stop service:VSS wmic"},
      {"cmd.exe /c \"net stop a & net stop b\"", "stop service:a net; stop service:b net"},
      {"reg add HKLM\\SYSTEM\\CurrentControlSet\\Services\\VSS /v Start /t REG_DWORD /d 4 /f",
       "disable service:VSS reg"},
  });
}

TEST(Powershell, WordsOutsideCommandPositionAreNoTargets) {
  check({
      {"", ""},
      {"# Stop-Service VSS", ""},
      {"<# Stop-Service VSS #>", ""},
      {"'Stop-Service VSS'", ""},
      {"\"Stop-Service VSS\"", ""},
      {"Write-Host Stop-Service VSS", ""},
      {"Get-Help Stop-Service -Name VSS", ""},
      {"$x = 'Stop-Service VSS'", ""},
      {"@\"\nStop-Service VSS\n\"@", ""},
      {"@'\nStop-Service VSS\n'@ | Out-File x.ps1", ""},
      {"@{\r\nGUID='x'\r\nCmdletsToExport=@(\"Add-Content\",\r\n \"Stop-Service\",\r\n \"Stop-Process\")\r\n}", ""},
      {"Set-Alias s Stop-Service", ""},
      {"Get-Service VSS", ""},
      {"Export-ModuleMember -Function Stop-Service, Stop-Process", ""},
      {"$c = @{ 'Stop-Service' = 'VSS' }", ""},
  });
}

TEST(Powershell, BrokenTextEnds) {
  for (const char* text : {"(",
                           "((((",
                           "{",
                           "@{",
                           "@(",
                           "$",
                           "${",
                           "$(",
                           "'",
                           "\"",
                           "@\"",
                           "@'\n",
                           "`",
                           "<#",
                           "#",
                           "[",
                           "[x]::",
                           "&",
                           ".",
                           "|",
                           "| |",
                           "-",
                           "--",
                           ",",
                           ",,",
                           "a |",
                           "$x =",
                           "$x +=",
                           "foreach (",
                           "foreach ($a in",
                           "Stop-Service -",
                           "Stop-Service ,",
                           "Stop-Service (",
                           "x.y.(",
                           "$a.",
                           "$a.b(",
                           "a`",
                           "}",
                           ")",
                           "];"})
    EXPECT_EQ(script(text), "") << text;
  std::string deep;
  for (int i = 0; i < 20000; ++i) deep += "(";
  EXPECT_EQ(script(deep), "");
  EXPECT_EQ(script(std::string(20000, '{') + "Stop-Service a"), "");
  std::string doubling = "$a='aaaaaaaaaaaaaaaa'\n";
  for (int i = 0; i < 100; ++i) doubling += "$a=\"$a$a\"\n$b=$b,$b,'x'\n";
  EXPECT_EQ(script(doubling), "");
}

TEST(EncodedCommand, IsBase64OfUtf16) {
  EXPECT_EQ(decode_encoded_command("UwB0AG8AcAA="), "Stop");
  EXPECT_EQ(decode_encoded_command("UwB0 AG8A\ncAA="), "Stop");
  EXPECT_EQ(decode_encoded_command("UwB0AG8AcAA"), "Stop");
  EXPECT_FALSE(decode_encoded_command("U*"));
  EXPECT_FALSE(decode_encoded_command("UwB0=AG8AcAA"));
  EXPECT_FALSE(decode_encoded_command(""));
}

TEST(Payload, CommandsOfThePipelineLog) {
  const auto payload = [](std::string_view text) {
    TargetList out;
    powershell_payload_targets(text, {}, out);
    return targets_text(std::move(out).take());
  };
  EXPECT_EQ(
      payload("CommandInvocation(Stop-Service): \"Stop-Service\"\r\nParameterBinding(Stop-Service): name=\"Name\"; "
              "value=\"EventLog\"\r\nParameterBinding(Stop-Service): name=\"Force\"; value=\"True\"\r\n"),
      "stop service:EventLog powershell");
  EXPECT_EQ(payload("CommandInvocation(Set-Service): \"Set-Service\"\nParameterBinding(Set-Service): name=\"Name\"; "
                    "value=\"netprofm\"\nParameterBinding(Set-Service): name=\"StartupType\"; value=\"Disabled\"\n"),
            "disable service:netprofm powershell");
  EXPECT_EQ(
      payload("CommandInvocation(Stop-Service): \"x\"\nParameterBinding(Stop-Service): name=\"Name\"; value=\"a, b\""),
      "stop service:a powershell; stop service:b powershell");
  EXPECT_EQ(payload("CommandInvocation(Get-Service): \"x\"\nParameterBinding(Get-Service): name=\"Name\"; value=\"a\""),
            "");
  EXPECT_EQ(payload("CommandInvocation("), "");
  EXPECT_EQ(payload("ParameterBinding(x): name=\"; value=\""), "");
  EXPECT_EQ(payload(""), "");
}

}  // namespace
}  // namespace stopwarden::ledger
