// SPDX-License-Identifier: Apache-2.0
#include "finding/redact.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

namespace stopwarden {
namespace {

struct Case {
  std::string_view in, want;
};

TEST(Redact, HidesPasswordsOfPrograms) {
  const std::vector<Case> cases{
      {R"(net use \\srv\c$ S3cret /user:CORP\bob)", R"(net use \\srv\c$ *** /user:CORP\bob)"},
      {R"(net use \\srv\c$ /user:CORP\bob S3cret)", R"(net use \\srv\c$ /user:CORP\bob ***)"},
      {R"(net use X: \\srv\c$ S3cret /user:bob /persistent:no)", R"(net use X: \\srv\c$ *** /user:bob /persistent:no)"},
      {R"(net.exe use * \\srv\c$ "my pass" /user:bob)", R"(net.exe use * \\srv\c$ "***" /user:bob)"},
      {R"("C:\Windows\System32\net1.exe" use \\srv\ipc$ pw)", R"("C:\Windows\System32\net1.exe" use \\srv\ipc$ ***)"},
      {R"(net use "\\srv\my share" pw /user:bob)", R"(net use "\\srv\my share" *** /user:bob)"},
      {R"(net use X: https://dav.example/x pw)", R"(net use X: https://dav.example/x ***)"},
      {R"(net use \\srv\c$ /delete)", R"(net use \\srv\c$ /delete)"},
      {R"(net use \\srv\c$ * /user:bob)", R"(net use \\srv\c$ * /user:bob)"},
      {R"(net user bob S3cret /add)", R"(net user bob *** /add)"},
      {R"(net user /add bob S3cret)", R"(net user /add bob ***)"},
      {R"(net user bob /active:no)", R"(net user bob /active:no)"},
      {R"(net user bob > users.txt)", R"(net user bob > users.txt)"},
      {R"(net user bob 2>&1)", R"(net user bob 2>&1)"},
      {R"(cmd /c net user bob S3cret /add && net stop mysql)", R"(cmd /c net user bob *** /add && net stop mysql)"},
      {R"(cmd.exe /c "net user bob S3cret /add")", R"(cmd.exe /c "net user bob *** /add")"},
      {R"(cmd /c "net use \\s\c$ \"my pass\" /user:u")", R"(cmd /c "net use \\s\c$ \"***\" /user:u")"},
      {R"(cmd.exe /c ""C:\x\net.exe" use \\s\c$ pw /user:u")", R"(cmd.exe /c ""C:\x\net.exe" use \\s\c$ *** /user:u")"},
      {R"(psexec \\srv -u CORP\bob -p S3cret cmd.exe)", R"(psexec \\srv -u CORP\bob -p *** cmd.exe)"},
      {R"(C:\tools\PsExec64.exe \\srv -P "a b" cmd)", R"(C:\tools\PsExec64.exe \\srv -P "***" cmd)"},
      {R"(psservice \\srv -u bob /p S3cret stop X)", R"(psservice \\srv -u bob /p *** stop X)"},
      {R"(mysqldump -u root -pS3cret --all-databases)", R"(mysqldump -u root -p*** --all-databases)"},
      {R"(mysql -u root -p S3cret -e "select 1")", R"(mysql -u root -p *** -e "select 1")"},
      {R"(/usr/bin/mysql -uroot -pS3cret)", R"(/usr/bin/mysql -uroot -p***)"},
      {R"(sqlcmd -S srv -U sa -P S3cret -Q "shutdown")", R"(sqlcmd -S srv -U sa -P *** -Q "shutdown")"},
      {R"(sqlcmd -S srv -U sa -PS3cret)", R"(sqlcmd -S srv -U sa -P***)"},
      {R"(osql -U sa -P S3cret)", R"(osql -U sa -P ***)"},
      {R"(bcp db.dbo.t out f -U sa -P S3cret -c)", R"(bcp db.dbo.t out f -U sa -P *** -c)"},
      {R"(plink -ssh -pw S3cret root@esx "halt")", R"(plink -ssh -pw *** root@esx "halt")"},
      {R"(pscp -pw S3cret a b@c:/d)", R"(pscp -pw *** a b@c:/d)"},
      {R"(sshpass -p S3cret ssh root@h)", R"(sshpass -p *** ssh root@h)"},
      {R"(redis-cli -a S3cret shutdown)", R"(redis-cli -a *** shutdown)"},
      {R"(curl -u bob:S3cret https://h/x)", R"(curl -u bob:*** https://h/x)"},
      {R"(curl --user bob:S3cret https://h/x)", R"(curl --user bob:*** https://h/x)"},
      {R"(curl -ubob:S3cret https://h/x)", R"(curl -ubob:*** https://h/x)"},
      {R"(wmic /node:srv /user:bob /password:S3cret service where name="X" call stopservice)",
       R"(wmic /node:srv /user:bob /password:*** service where name="X" call stopservice)"},
      {R"(schtasks /create /tn x /tr y /ru bob /rp S3cret)", R"(schtasks /create /tn x /tr y /ru bob /rp ***)"},
      {R"(taskkill /s srv /u bob /p S3cret /im sqlservr.exe)", R"(taskkill /s srv /u bob /p *** /im sqlservr.exe)"},
      {R"(sc config X obj= .\bob password= S3cret)", R"(sc config X obj= .\bob password= ***)"},
      {R"(sc create X binPath= "c:\a.exe" password= "a b")", R"(sc create X binPath= "c:\a.exe" password= "***")"},
      {R"(cmdkey /add:srv /user:bob /pass:S3cret)", R"(cmdkey /add:srv /user:bob /pass:***)"},
      {R"(netsh wlan set hostednetwork mode=allow ssid=x key=S3cret)",
       R"(netsh wlan set hostednetwork mode=allow ssid=x key=***)"},
      {R"(logman create counter x -u CORP\bob S3cret)", R"(logman create counter x -u CORP\bob ***)"},
      {R"(wevtutil cl Security /r:srv /u:bob /p:S3cret)", R"(wevtutil cl Security /r:srv /u:bob /p:***)"},
      {R"(7z a -pS3cret out.7z c:\data)", R"(7z a -p*** out.7z c:\data)"},
      {R"(rar a -hpS3cret out.rar c:\data)", R"(rar a -hp*** out.rar c:\data)"},
      {R"(docker login -u bob -p S3cret registry)", R"(docker login -u bob -p *** registry)"},
      {R"(sqlplus scott/tiger@orcl)", R"(sqlplus scott/***@orcl)"},
      {R"(wmiexec.py CORP/bob:S3cret@10.0.0.5)", R"(wmiexec.py CORP/bob:***@10.0.0.5)"},
      {R"(smbclient //srv/c$ -U bob%S3cret)", R"(smbclient //srv/c$ -U bob%***)"},
      {R"(netdom join h /d:corp /ud:bob /pd:S3cret)", R"(netdom join h /d:corp /ud:bob /pd:***)"},
      {R"(ldifde -f x -b bob CORP S3cret)", R"(ldifde -f x -b bob CORP ***)"},
  };
  for (const Case& c : cases) EXPECT_EQ(redact(c.in), c.want);
}

TEST(Redact, HidesSecretsByTheirWord) {
  const std::vector<Case> cases{
      {"tool --password S3cret --x", "tool --password *** --x"},
      {"tool --password=S3cret --x", "tool --password=*** --x"},
      {"tool --db-password 'a b' --x", "tool --db-password '***' --x"},
      {"tool --token abc --secret=def --api-key ghi", "tool --token *** --secret=*** --api-key ***"},
      {"tool -Password S3cret -Force", "tool -Password *** -Force"},
      {"tool /pwd:S3cret /q", "tool /pwd:*** /q"},
      {"set PGPASSWORD=S3cret& psql", "set PGPASSWORD=***& psql"},
      {"Server=h;User Id=sa;Password=a b;Database=x", "Server=h;User Id=sa;Password=***;Database=x"},
      {R"("Server=h;Pwd=S3cret")", R"("Server=h;Pwd=***")"},
      {R"({"user":"bob","password":"S3cret"})", R"({"user":"bob","password":"***"})"},
      {R"(curl -d "{\"password\":\"S3cret\"}")", R"(curl -d "{\"password\":\"***\"}")"},
      {"https://h/x?user=bob&token=S3cret&y=1", "https://h/x?user=bob&token=***&y=1"},
      {"ftp://bob:S3cret@h/x", "ftp://bob:***@h/x"},
      {"git clone https://bob:a@b@h/x", "git clone https://bob:***@h/x"},
      {R"(curl -H "Authorization: Bearer abcdef" h)", R"(curl -H "Authorization: Bearer ***" h)"},
      {R"(-Headers @{"Authorization"="Basic Ym9iOng="})", R"(-Headers @{"Authorization"="Basic ***"})"},
      {R"(curl -H "X-Api-Key: abc" h)", R"(curl -H "X-Api-Key: ***" h)"},
      {R"(@{Auth="bearer abcdefgh12345"})", R"(@{Auth="bearer ***"})"},
      {"aws configure set aws_access_key_id AKIAABCDEFGHIJKLMNOP", "aws configure set aws_access_key_id ***"},
      {"aws_secret_access_key = abc/def+ghi", "aws_secret_access_key = ***"},
      {"x ghp_abcdefghijklmnopqrstuvwxyz0123456789 y", "x *** y"},
      {"x eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def_ghi y", "x *** y"},
      {"$p = ConvertTo-SecureString 'S3cret' -AsPlainText -Force",
       "$p = ConvertTo-SecureString '***' -AsPlainText -Force"},
      {"ConvertTo-SecureString -AsPlainText -String \"S3cret\" -Force",
       "ConvertTo-SecureString -AsPlainText -String \"***\" -Force"},
      {"'S3cret' | ConvertTo-SecureString -AsPlainText -Force", "'***' | ConvertTo-SecureString -AsPlainText -Force"},
      {"-Password (ConvertTo-SecureString 'S3cret' -AsPlainText)",
       "-Password (ConvertTo-SecureString '***' -AsPlainText)"},
      {"New-Object System.Net.NetworkCredential('bob', 'S3cret')",
       "New-Object System.Net.NetworkCredential('bob', '***')"},
      {"$password = 'S3cret'", "$password = '***'"},
      {"powershell -NoP -enc SQBFAFgAIAAoAE4A", "powershell -NoP -enc ***"},
      {R"("C:\x\powershell.exe" -EncodedCommand "SQBFAFgAIAAoAE4A" -w 1)",
       R"("C:\x\powershell.exe" -EncodedCommand "***" -w 1)"},
      {"pwsh -ec SQBFAFgAIAAoAE4A", "pwsh -ec ***"},
      {R"(ParameterBinding(ConvertTo-SecureString): name="String"; value="S3cret")",
       R"(ParameterBinding(ConvertTo-SecureString): name="String"; value="***")"},
      {R"(ParameterBinding(New-X): name="ApiKey"; value="a"b")",
       R"(ParameterBinding(New-X): name="ApiKey"; value="***")"},
  };
  for (const Case& c : cases) EXPECT_EQ(redact(c.in), c.want);
}

TEST(Redact, LeavesWhatIsNoSecret) {
  const std::vector<std::string_view> cases{
      "",
      "mkdir -p dir/sub",
      "ps -p 12 -o comm",
      "docker run -p 80:80 web",
      "msbuild x.sln /p:Configuration=Release",
      R"(forfiles /p c:\logs /m *.log)",
      "net stop mysql /y",
      "net.exe stop \"SQL Server (X)\" /y",
      "net accounts /minpwlen:8",
      R"(net view \\srv)",
      R"(net use)",
      R"(net use X: \\srv\share)",
      "net user bob",
      "net user bob /passwordreq:no /add",
      "sc stop MSSQLSERVER",
      "taskkill /f /pid 12 /t",
      R"(runas /user:CORP\bob /savecred cmd)",
      "powershell -ExecutionPolicy Bypass -File x.ps1",
      "powershell -ep bypass -w hidden -c Stop-Service X",
      "powershell -Command \"Stop-Service -Name 'MSSQL$X' -Force\"",
      "Get-ADUser bob -Properties PasswordLastSet",
      "Set-ADAccountPassword -Identity bob",
      "Password last set  12/3/2024",
      "System.Xml, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b77a5c561934e089",
      "TokenElevationType: %%1936",
      "PWD=/home/bob ls",
      "kubectl get secret web",
      "sqlcmd -p 1 -Q x",
      "mysql -P 3306 -h db",
      "curl -u bob https://h/",
      "https://h:8443/x@y",
      "mailto:bob@example.org",
      "tool --password --next",
      "tool --password",
      "echo don't stop",
      "ssh -p 22 root@h",
      "7z x in.7z",
      "cmdkey /list",
      "wmic service where name='X' call stopservice",
      "-Password $(Get-Secret x)",
      "-Credential (Get-Credential)",
      "sc config X start= disabled",
      R"(reg add HKLM\SYSTEM\CurrentControlSet\Services\X /v Start /t REG_DWORD /d 4 /f)",
  };
  for (const std::string_view text : cases) EXPECT_EQ(redact(text), text);
}

TEST(Redact, TwiceIsOnce) {
  for (const std::string_view text :
       {R"(net use \\s\c$ pw /user:b)", R"(psexec \\s -p pw cmd)", "ftp://a:b@c", "x --password=y", "mysql -ppw",
        R"({"password":"x"})", "net user bob pw /add", "curl -u a:b h", "powershell -e SQBFAFgAIAAoAE4A"}) {
    const std::string once = redact(text);
    EXPECT_NE(once, text);
    EXPECT_EQ(redact(once), once);
  }
}

TEST(Redact, IsLinear) {
  // Each of these is the worst case of some loop; a quadratic one would take minutes.
  const std::vector<std::string> units{"password=",
                                       "://a:b",
                                       "\"",
                                       "'",
                                       "\\\"",
                                       "net use \\\\a ",
                                       "name=\"password\"; value=\"",
                                       "authorization: ",
                                       "bearer ",
                                       "eyJabcdefgh.",
                                       "-p ",
                                       "psexec -p ",
                                       "PSCredential(",
                                       "curl -u a:",
                                       "a",
                                       "-enc AAAAAAAA ",
                                       "|",
                                       "--password ",
                                       "password  "};
  const auto start = std::chrono::steady_clock::now();
  for (const std::string& unit : units) {
    std::string text;
    while (text.size() < 1'000'000) text += unit;
    EXPECT_FALSE(redact(text).empty());
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds{60});
}

}  // namespace
}  // namespace stopwarden
