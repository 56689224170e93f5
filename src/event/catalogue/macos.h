// SPDX-License-Identifier: Apache-2.0
// Fields of macOS logs: Endpoint Security, unified log, OpenBSM.
#pragma once

#define SW_MACOS_FIELDS(X)                                                                                       \
  X(EventName, "string", "Short name of the event: exec, signal, AUE_KILL", "macOS: Endpoint Security, OpenBSM") \
  X(SignalNumber, "integer", "Signal that is sent, or that ended a process",                                     \
    "macOS: Endpoint Security signal and exit, OpenBSM kill")                                                    \
  X(SignalName, "string", "The same by name, as launchd writes it: SIGKILL", "macOS: unified log of launchd")    \
  X(TargetProcessId, "integer", "Process that is acted on", "macOS: Endpoint Security signal, OpenBSM kill")     \
  X(TargetParentProcessId, "integer", "Its parent; 1 is launchd, so the target is a job",                        \
    "macOS: Endpoint Security signal")                                                                           \
  X(SourceFilename, "path", "Where a file was before it was moved or copied",                                    \
    "macOS: Endpoint Security rename, OpenBSM rename")                                                           \
  X(ServiceLabel, "string", "Label of a launchd job",                                                            \
    "macOS: unified log of launchd, Endpoint Security btm_launch_item")                                          \
  X(ServiceDomain, "string", "Domain of a launchd job: system, gui/501", "macOS: unified log of launchd")        \
  X(RequestedBy, "string", "Who asked launchd, or sent the signal: launchctl[300]<-zsh[299]",                    \
    "macOS: unified log of launchd")                                                                             \
  X(LaunchdMessage, "string", "Message of launchd without the job before it", "macOS: unified log of launchd")   \
  X(process, "string", "Name of the program that logged", "macOS: unified log")                                  \
  X(subsystem, "string", "Subsystem that logged", "macOS: unified log")                                          \
  X(category, "string", "Category within the subsystem", "macOS: unified log")                                   \
  X(eventMessage, "string", "Text of the entry", "macOS: unified log")                                           \
  X(Status, "string", "success, or the error by name", "macOS: OpenBSM")
