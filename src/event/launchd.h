// SPDX-License-Identifier: Apache-2.0
// What launchd says about its jobs: in the unified log, in its own launchd.log, and up to macOS 10.15 in system.log.
#pragma once
#include <string_view>

namespace stopwarden::macos {

/// Parts of a message of launchd; what it does not hold is empty. Views of the texts given.
struct LaunchdMessage {
  std::string_view label;         ///< "com.example.db"
  std::string_view domain;        ///< "system", "gui/501"
  std::string_view pid;           ///< of the job's process
  std::string_view signal;        ///< "SIGKILL": what ended it
  std::string_view requested_by;  ///< "launchctl[300]<-zsh[299]", "killall[123]", "smd": who asked or sent the signal
  std::string_view text;          ///< the message without the job before it
};

/// Reads a message. `subsystem` is the unified log's, which launchd fills with the job: "gui/501/com.example.db [777]",
/// "gui/501 [100005]" (a domain), "system/com.example.db [12]". Up to macOS 10.15, and in launchd.log, the job stands
/// in brackets before the message: "(com.example.db[777]) Service exited due to SIGKILL | sent by killall[1]".
///
/// Messages understood, as recorded from macOS 10.13 to 15: "exited due to SIGTERM | sent by X, ran for 5ms",
/// "bootout initiated by: X", "removing job: caller = X", "service inactive: L", "removing service: L", "Setting
/// service L to disabled". Apple documents none of them. Misses: other messages give the job alone.
/// Cost: linear in the message's head; no allocation.
LaunchdMessage read_launchd_message(std::string_view subsystem, std::string_view message) noexcept;

/// The label in a path of launchd: "system/com.example.db", "gui/501/com.example.db"; "com.example.db" is one, too.
/// Empty when the path names a domain only.
std::string_view launchd_label_of(std::string_view path) noexcept;

/// The label that a plist below LaunchDaemons or LaunchAgents has by its name: "/Library/LaunchDaemons/com.example.db.
/// plist" is "com.example.db". Empty for other files. (The label itself stands inside of the file and can differ.)
std::string_view launchd_label_of_plist(std::string_view path) noexcept;

}  // namespace stopwarden::macos
