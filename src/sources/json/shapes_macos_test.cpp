// SPDX-License-Identifier: Apache-2.0
#include "sources/json/shapes_macos.h"

#include <gtest/gtest.h>

#include <string>

#include "sources/json/json_test_support.h"

namespace stopwarden::json {
namespace {

using testing::Lines;
using testing::Read;
using testing::run;
using testing::Wanted;

/// A process as eslogger writes it, without what no field is made of.
std::string process(const std::string& path, int pid, int ppid, const std::string& auid = "501") {
  return R"({"audit_token":{"asid":100005,"auid":)" + auid + R"(,"euid":0,"pid":)" + std::to_string(pid) +
         R"(},"executable":{"path":")" + path + R"(","path_truncated":false},"ppid":)" + std::to_string(ppid) + "}";
}
std::string event(const std::string& name, const std::string& body, const std::string& actor) {
  return R"({"action_type":1,"event":{")" + name + R"(":)" + body +
         R"(},"event_type":9,"global_seq_num":7,"mach_time":18446744168000,"process":)" + actor +
         R"(,"schema_version":1,"seq_num":7,"time":"2026-11-25T01:02:03.123456789Z","version":7})";
}

const std::string kShell = process("/bin/zsh", 812, 640);

const std::vector<std::string> kNames{"EventName",
                                      "Image",
                                      "ProcessId",
                                      "ParentProcessId",
                                      "User",
                                      "ActorUserId",
                                      "LogonId",
                                      "CommandLine",
                                      "CurrentDirectory",
                                      "ParentImage",
                                      "TargetImage",
                                      "TargetProcessId",
                                      "TargetParentProcessId",
                                      "SignalNumber",
                                      "TargetFilename",
                                      "SourceFilename",
                                      "TargetUserName",
                                      "SourceIp",
                                      "ServiceLabel"};

struct EventCase {
  const char* name;
  std::string json, want;
};

const std::string kBy = "|Image=/bin/zsh|ProcessId=812|ParentProcessId=640|User=501|ActorUserId=501|LogonId=100005";

const EventCase kEvents[] = {
    {"exec",
     event("exec",
           R"({"args":["launchctl","bootout","system/com.example.db"],"cwd":{"path":"/Users/eve"},"target":)" +
               process("/bin/launchctl", 812, 640) + "}",
           kShell),
     "EventName=exec|Image=/bin/launchctl|ProcessId=812|ParentProcessId=640|User=501|ActorUserId=501|LogonId=100005|"
     "CommandLine=launchctl bootout system/com.example.db|CurrentDirectory=/Users/eve|ParentImage=/bin/zsh"},
    {"exec, arguments with blanks, nobody logged in",
     event("exec", R"({"args":["sh","-c","kill \"$P\""],"target":)" + process("/bin/sh", 5, 1, "4294967295") + "}",
           kShell),
     "EventName=exec|Image=/bin/sh|ProcessId=5|ParentProcessId=1|User=0|ActorUserId=0|LogonId=100005|"
     "CommandLine=sh -c 'kill \"$P\"'|ParentImage=/bin/zsh"},
    {"signal",
     event("signal", R"({"sig":9,"target":)" + process("/usr/local/bin/mysqld", 333, 1) + R"(,"instigator":null})",
           kShell),
     "EventName=signal" + kBy +
         "|TargetImage=/usr/local/bin/mysqld|TargetProcessId=333|TargetParentProcessId=1|"
         "SignalNumber=9"},
    {"signal by a daemon for somebody",
     event("signal", R"({"sig":15,"target":)" + process("/x", 3, 1) + R"(,"instigator":)" + kShell + "}",
           process("/sbin/launchd", 1, 0, "4294967295")),
     "EventName=signal" + kBy + "|TargetImage=/x|TargetProcessId=3|TargetParentProcessId=1|SignalNumber=15"},
    {"exit by a signal", event("exit", R"({"stat":9})", kShell), "EventName=exit" + kBy + "|SignalNumber=9"},
    {"exit with a status", event("exit", R"({"stat":256})", kShell), "EventName=exit" + kBy},
    {"unlink", event("unlink", R"({"target":{"path":"/a"},"parent_dir":{"path":"/"}})", kShell),
     "EventName=unlink" + kBy + "|TargetFilename=/a"},
    {"rename to a new name",
     event("rename", R"({"source":{"path":"/a/x"},"destination_type":1,"destination":{"new_path":{"dir":{"path":"/"},
            "filename":"y"}}})",
           kShell),
     "EventName=rename" + kBy + "|TargetFilename=/y|SourceFilename=/a/x"},
    {"rename over a file",
     event("rename",
           R"({"source":{"path":"/a/x"},"destination_type":0,"destination":{"existing_file":{"path":"/b/y"}}})",
           kShell),
     "EventName=rename" + kBy + "|TargetFilename=/b/y|SourceFilename=/a/x"},
    {"create", event("create", R"({"destination":{"new_path":{"dir":{"path":"/b"},"filename":"y","mode":1}}})", kShell),
     "EventName=create" + kBy + "|TargetFilename=/b/y"},
    {"close", event("close", R"({"modified":true,"target":{"path":"/b"}})", kShell),
     "EventName=close" + kBy + "|TargetFilename=/b"},
    {"launch item",
     event("btm_launch_item_remove", R"({"instigator":null,"item":{"item_type":4,
            "item_url":"file:///Library/LaunchDaemons/com.a%20b.plist"}})",
           kShell),
     "EventName=btm_launch_item_remove" + kBy +
         "|TargetFilename=/Library/LaunchDaemons/com.a b.plist|ServiceLabel=com.a b"},
    {"sudo",
     event("sudo",
           R"({"command":"/bin/launchctl unload /x","from_uid":501,"from_username":"eve","to_username":"root"})",
           kShell),
     "EventName=sudo|Image=/bin/zsh|ProcessId=812|ParentProcessId=640|User=eve|ActorUserId=501|LogonId=100005|"
     "CommandLine=/bin/launchctl unload /x|TargetUserName=root"},
    {"ssh",
     event("openssh_login", R"({"success":true,"source_address":"203.0.113.7","username":"eve","uid":501})",
           process("/usr/sbin/sshd", 70, 1, "4294967295")),
     "EventName=openssh_login|Image=/usr/sbin/sshd|ProcessId=70|ParentProcessId=1|User=eve|ActorUserId=501|"
     "LogonId=100005|SourceIp=203.0.113.7"},
    {"a body that is no object", event("exec", "7", kShell), "EventName=exec|ParentImage=/bin/zsh"},
};

TEST(Eslogger, FieldsOfTheTaxonomy) {
  const Wanted wanted(kNames);
  for (const EventCase& c : kEvents) {
    const Read read = run(c.json + "\n", wanted);
    ASSERT_EQ(read.events.size(), 1u) << c.name;
    std::string sorted;  // fields in the order of kNames, so that a case reads the same however they are made
    for (const std::string& name : kNames) {
      std::string rest = "|" + read.events[0] + "|";
      for (std::size_t at = rest.find("|" + name + "="); at != std::string::npos;
           at = rest.find("|" + name + "=", at + 1))
        sorted += rest.substr(at, rest.find('|', at + 1) - at);
    }
    EXPECT_EQ(sorted.substr(sorted.empty() ? 0 : 1), c.want) << c.name;
  }
}

TEST(Eslogger, Heads) {
  const Wanted wanted({"event.kextunload.identifier", "process.executable.path"});
  const Read read =
      run(event("kextunload", R"({"identifier":"com.example.kext"})", kShell) + "\n" +
              event("a_new_event", "{}", kShell) + "\n" + R"({"event":{},"event_type":1,"mach_time":2})" + "\n",
          wanted);
  EXPECT_EQ(read.heads,
            (Lines{"2026-11-25T01:02:03.123Z  macos:endpointsecurity kextunload - -",
                   "2026-11-25T01:02:03.123Z  macos:endpointsecurity  - -", "-  macos:endpointsecurity  - -"}));
  EXPECT_EQ(read.events[0], "event.kextunload.identifier=com.example.kext|process.executable.path=/bin/zsh");
}

TEST(UnifiedLogJson, LaunchdAndOthers) {
  const Wanted wanted({"ServiceLabel", "ServiceDomain", "SignalName", "RequestedBy", "process", "Image", "ProcessId",
                       "User", "message", "LaunchdMessage"});
  const auto entry = [](const std::string& message, const std::string& subsystem, const std::string& path) {
    return R"({"traceID":4503,"eventMessage":")" + message + R"(","eventType":"logEvent","subsystem":")" + subsystem +
           R"(","category":"","processImagePath":")" + path +
           R"(","timestamp":"2026-11-25 02:02:03.123456+0100","machTimestamp":981,"processID":1,"userID":0})" + "\n";
  };
  const Read read = run(entry("exited due to SIGKILL | sent by killall[3], ran for 5ms", "system\\/com.example.db [77]",
                              "\\/sbin\\/launchd") +
                            entry("hello", "com.apple.sudo", "/usr/bin/sudo") + entry("hello", "", "/tmp/evil") +
                            R"({"count":3,"finished":1})" + "\n",
                        wanted);
  EXPECT_EQ(read.heads, (Lines{"2026-11-25T01:02:03.123Z  macos:unifiedlog launchd - -",
                               "2026-11-25T01:02:03.123Z  macos:unifiedlog sudo - -",
                               "2026-11-25T01:02:03.123Z  macos:unifiedlog  - -", "-    - -"}));
  EXPECT_EQ(
      read.events[0],
      "message=exited due to SIGKILL | sent by killall[3], ran for 5ms|Image=/sbin/launchd|ProcessId=1|"
      "process=launchd|ServiceLabel=com.example.db|ServiceDomain=system|SignalName=SIGKILL|RequestedBy=killall[3]|"
      "LaunchdMessage=exited due to SIGKILL | sent by killall[3], ran for 5ms");
  EXPECT_EQ(read.events[1], "message=hello|Image=/usr/bin/sudo|ProcessId=1|process=sudo|User=0");
}

TEST(UnifiedLogJson, AsArtemisWritesIt) {
  const Wanted wanted({"eventMessage", "Image", "ProcessId", "User", "ServiceLabel"});
  const Read read = run(R"({"subsystem":"gui/501 [100005]","pid":1,"euid":0,"library":"/sbin/launchd","time":1.6e18,
      "event_type":"Log","log_type":"Default","process":"/sbin/launchd","process_uuid":"21B3","category":"",
      "message":"removing service: com.example.a","raw_message":"%s","timestamp":"2026-11-25T01:02:03.5Z"})",
                        wanted);
  EXPECT_EQ(read.heads, Lines{"2026-11-25T01:02:03.500Z  macos:unifiedlog launchd - -"});
  EXPECT_EQ(
      read.events,
      Lines{"ProcessId=1|Image=/sbin/launchd|eventMessage=removing service: com.example.a|ServiceLabel=com.example.a"});
}

}  // namespace
}  // namespace stopwarden::json
