// SPDX-License-Identifier: Apache-2.0
#include "sources/package/package.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sources/syslog/test_run.h"

namespace stopwarden::package {
namespace {

using stopwarden::testing::Asked;
using stopwarden::testing::tell;
using stopwarden::testing::Told;
using Strings = std::vector<std::string>;

const InputFacts kFacts{parse_time("2026-03-10T12:00:00Z"), {}, false};

Strings read(std::string_view text, std::size_t window = std::size_t{1} << 20) {
  const Asked asked{"action", "package", "version", "old_version", "arch", "CommandLine", "User", "ActorUserId"};
  return tell(make_package, asked, text, window, kFacts).events;
}

const std::string kApt =
    "\nStart-Date: 2026-03-06  04:07:33\nCommandline: apt-get -y purge mysql-server\nRequested-By: bob (1000)\n"
    "Install: a:amd64 (1.0), b:all (2.0, automatic)\nPurge: mysql-server:amd64 (8.0.32-1)\nUpgrade: c:amd64 (1.0, "
    "1.1)\n"
    "End-Date: 2026-03-06  04:07:40\n";

TEST(Packages, Lines) {
  const std::string h = "2026-03-06T04:07:33Z  linux:package/";
  const struct {
    std::string line, event;
  } cases[] = {
      {"2026-03-06 04:07:33 install nginx:amd64 <none> 1.18",
       h + "dpkg action=install package=nginx arch=amd64 version=1.18"},
      {"2026-03-06 04:07:33 upgrade nginx:amd64 1.17 1.18",
       h + "dpkg action=upgrade package=nginx arch=amd64 version=1.18 old_version=1.17"},
      {"2026-03-06 04:07:33 remove nginx:amd64 1.18 <none>",
       h + "dpkg action=remove package=nginx arch=amd64 version=1.18"},
      {"2026-03-06 04:07:33 status half-installed nginx:amd64 1.18",
       h + "dpkg action=status package=nginx arch=amd64 version=1.18"},
      {"2026-03-06 04:07:33 startup packages remove", h + "dpkg action=startup"},
      {kApt, h + "apt CommandLine=apt-get -y purge mysql-server User=bob ActorUserId=1000 action=install package=a "
                 "version=1.0 "
                 "package=b version=2.0 action=purge package=mysql-server version=8.0.32-1 action=upgrade package=c "
                 "version=1.1"},
      {"Log started: 2026-03-06  04:07:33\nRemoving x ...\nLog ended: 2026-03-06  04:07:40\n", h + "apt"},
      {"Mar 06 04:07:33 Erased: mysql-server", h + "yum action=remove package=mysql-server"},
      {"Mar 06 04:07:33 Installed: 1:foo-bar-2.0-1.el7.x86_64",
       h + "yum action=install package=foo-bar version=2.0-1.el7 arch=x86_64"},
      {"2026-03-06T04:07:33+0000 SUBDEBUG Erased: foo-2.0-1.el9.noarch",
       h + "dnf action=remove package=foo version=2.0-1.el9 arch=noarch"},
      {"2026-03-06T05:07:33+0100 DDEBUG Command: dnf -y remove foo ", h + "dnf CommandLine=dnf -y remove foo "},
      {"2026-03-06T04:07:33Z INFO Complete!", h + "dnf"},
      {"[2026-03-06T04:07:33+0000] [ALPM] upgraded foo (1.0-1 -> 1.1-1)",
       h + "pacman action=upgrade package=foo version=1.1-1 old_version=1.0-1"},
      {"[2026-03-06T04:07:33+0000] [PACMAN] Running 'pacman -Rns foo'", h + "pacman CommandLine=pacman -Rns foo"},
      {"[2026-03-06 04:07] [ALPM] removed foo (1.0-1)",
       "2026-03-06T04:07:00Z  linux:package/pacman action=remove package=foo version=1.0-1"},
  };
  for (const auto& c : cases) {
    EXPECT_TRUE(sniff_package(
        as_bytes(c.line + (c.line.find("Complete") == std::string::npos ? "" : "\n2026-03-06T04:07:33Z DDEBUG x\n"))))
        << c.line;
    EXPECT_EQ(read(c.line), Strings{c.event}) << c.line;
  }
}

TEST(Packages, StanzasInAnyWindow) {
  const std::string text = kApt + kApt + "\nStart-Date: 2026-03-07  04:07:33\n";
  const Strings whole = read(text);
  EXPECT_EQ(whole.size(), 3u);
  for (const std::size_t window : {1u, 50u, 300u}) EXPECT_EQ(read(text, window), whole) << window;
}

TEST(Packages, OthersAreNone) {
  for (const char* head :
       {"Mar  6 04:07:33 h sshd[1]: x\n", "2026-03-06T04:07:33Z INFO started\n", "2026-03-06 04:07:33 hello\n",
        "[2026-03-06T04:07:33+0000] [error] x\n", "", "Start-Date", "2026-03-06T04:07:33+0000 h systemd[1]: x\n"})
    EXPECT_FALSE(sniff_package(as_bytes(std::string_view(head)))) << head;
}

}  // namespace
}  // namespace stopwarden::package
