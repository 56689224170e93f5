// SPDX-License-Identifier: Apache-2.0
// Fields of Windows logs, and those of the Sigma taxonomy that other systems share with them (Image, CommandLine,
// User).
#pragma once

#define SW_WINDOWS_FIELDS(X)                                                                                         \
  X(EventID, "integer", "Number of the event within its provider, without qualifiers", "Windows: every event")       \
  X(Channel, "string", "Log the event was written to", "Windows: every event")                                       \
  X(Provider_Name, "string", "Program or component that wrote the event", "Windows: every event")                    \
  X(Computer, "string", "Machine the event happened on", "Windows: every event")                                     \
  X(EventRecordID, "integer", "Running number of the record in its log", "Windows: every event")                     \
  X(Level, "integer", "0 always, 1 critical, 2 error, 3 warning, 4 information, 5 verbose", "Windows: every event")  \
  X(Task, "integer", "Category within the provider", "Windows: every event")                                         \
  X(Opcode, "integer", "Step within the task", "Windows: every event")                                               \
  X(Keywords, "string", "Bit mask, 0x...", "Windows: every event")                                                   \
  X(Version, "integer", "Version of the event's layout", "Windows: every event")                                     \
  X(Execution_ProcessID, "integer", "Process that wrote the event", "Windows: every event")                          \
  X(Execution_ThreadID, "integer", "Thread that wrote the event", "Windows: every event")                            \
  X(Security_UserID, "SID", "Account the writing thread ran as", "Windows: events that carry it")                    \
  X(Data, "string", "Unnamed EventData values, in order (several values)", "Windows: classic events")                \
  X(Binary, "hex", "Raw data of a classic event", "Windows: classic events, SCM 7036 and others")                    \
  X(Image, "path", "Executable of the process", "Sysmon; Security 4688 by alias")                                    \
  X(OriginalFileName, "string", "File name in the version resource", "Sysmon 1, 7")                                  \
  X(CommandLine, "string", "Full command line", "Sysmon 1; Security 4688 when enabled")                              \
  X(CurrentDirectory, "path", "Working directory", "Sysmon 1")                                                       \
  X(User, "string", "DOMAIN\\user that owns the process", "Sysmon; Security 4688 by alias")                          \
  X(LogonId, "hex", "Logon session", "Sysmon 1; Security 4688 by alias")                                             \
  X(ActorUserId, "string", "Account that did it, as a number or id: uid, ARN, principal id", "Linux, macOS, clouds") \
  X(IntegrityLevel, "string", "Low, Medium, High, System", "Sysmon 1; Security 4688 by alias")                       \
  X(Hashes, "string", "ALG=hex, comma separated", "Sysmon 1, 6, 7, 15, 23")                                          \
  X(ProcessId, "integer", "Process id", "Sysmon; Security by alias")                                                 \
  X(ProcessGuid, "GUID", "Sysmon's unique process id", "Sysmon")                                                     \
  X(ParentImage, "path", "Executable of the parent", "Sysmon 1; Security 4688 by alias")                             \
  X(ParentCommandLine, "string", "Command line of the parent", "Sysmon 1")                                           \
  X(ParentProcessId, "integer", "Process id of the parent", "Sysmon 1; Security 4688 by alias")                      \
  X(ParentUser, "string", "Account of the parent", "Sysmon 1 (13 and later)")                                        \
  X(Product, "string", "Product name in the version resource", "Sysmon 1, 7")                                        \
  X(Description, "string", "Description in the version resource", "Sysmon 1, 7")                                     \
  X(Company, "string", "Company in the version resource", "Sysmon 1, 7")                                             \
  X(UtcTime, "time", "When it happened, by Sysmon", "Sysmon")                                                        \
  X(RuleName, "string", "Rule of the Sysmon configuration that logged it", "Sysmon")                                 \
  X(TargetObject, "string", "Registry key and value", "Sysmon 12, 13, 14; Security 4657 by alias")                   \
  X(Details, "string", "What was written to the registry value", "Sysmon 13; Security 4657 by alias")                \
  X(EventType, "string", "SetValue, CreateKey, DeleteKey, DeleteValue, RenameKey, ...", "Sysmon 12-14, 17, 18")      \
  X(TargetFilename, "path", "File that was created or deleted", "Sysmon 11, 15, 23, 26")                             \
  X(ImageLoaded, "path", "Module that was loaded", "Sysmon 6, 7")                                                    \
  X(SourceImage, "path", "Process that acts on another", "Sysmon 8, 10")                                             \
  X(TargetImage, "path", "Process that is acted on", "Sysmon 8, 10")                                                 \
  X(GrantedAccess, "hex", "Access mask that was granted", "Sysmon 10")                                               \
  X(ScriptBlockText, "string", "PowerShell code that ran", "PowerShell 4104")                                        \
  X(Payload, "string", "Parameters and output of a pipeline", "PowerShell 4103")                                     \
  X(ContextInfo, "string", "Host, user and command of a pipeline", "PowerShell 4103")                                \
  X(Path, "path", "Script file", "PowerShell 4104")                                                                  \
  X(NewProcessName, "path", "Executable of the process", "Security 4688")                                            \
  X(NewProcessId, "hex", "Process id", "Security 4688")                                                              \
  X(ParentProcessName, "path", "Executable of the parent", "Security 4688")                                          \
  X(ProcessName, "path", "Executable that did it", "Security")                                                       \
  X(SubjectUserName, "string", "Account that did it", "Security")                                                    \
  X(SubjectDomainName, "string", "Domain of the account that did it", "Security")                                    \
  X(SubjectUserSid, "SID", "Account that did it", "Security")                                                        \
  X(SubjectLogonId, "hex", "Logon session that did it", "Security")                                                  \
  X(TargetUserName, "string", "Account that is acted on", "Security")                                                \
  X(MandatoryLabel, "SID", "Integrity level as a SID", "Security 4688")                                              \
  X(ObjectServer, "string", "Kind of object manager (SC Manager)", "Security 4656, 4663, 4674")                      \
  X(ObjectType, "string", "SERVICE OBJECT, SC_MANAGER OBJECT, Key, File, ...", "Security 4656, 4663, 4657")          \
  X(ObjectName, "string", "Object that was opened or changed", "Security 4656, 4663, 4657, 4670")                    \
  X(ObjectValueName, "string", "Registry value", "Security 4657")                                                    \
  X(OldValue, "string", "Registry data before", "Security 4657")                                                     \
  X(NewValue, "string", "Registry data after", "Security 4657")                                                      \
  X(OldValueType, "string", "Message id of the registry type before", "Security 4657")                               \
  X(NewValueType, "string", "Message id of the registry type after", "Security 4657")                                \
  X(OperationType, "string", "Message id of the registry operation", "Security 4657")                                \
  X(AccessMask, "hex", "Access that was asked for or used", "Security 4656, 4663")                                   \
  X(AccessList, "string", "Access rights as message ids", "Security 4656, 4663")                                     \
  X(ServiceName, "string", "Key name of a service", "System 7045; Security 4697")                                    \
  X(ServiceFileName, "path", "Binary of a service", "Security 4697")                                                 \
  X(ServiceType, "string", "Kind of service", "System 7045; Security 4697")                                          \
  X(ServiceStartType, "string", "Start type", "Security 4697")                                                       \
  X(ServiceAccount, "string", "Account a service runs as", "Security 4697")                                          \
  X(ImagePath, "path", "Binary of a service", "System 7045")                                                         \
  X(StartType, "string", "Start type", "System 7045")                                                                \
  X(AccountName, "string", "Account a service runs as", "System 7045")                                               \
  X(param1, "string", "First parameter (SCM: display name)", "Windows: System and others")                           \
  X(param2, "string", "Second parameter (7036: state text; 7040: old start type)", "Windows: System and others")     \
  X(param3, "string", "Third parameter (7040: new start type)", "Windows: System and others")                        \
  X(param4, "string", "Fourth parameter (7040: key name)", "Windows: System and others")                             \
  X(param5, "string", "Fifth parameter (7042: comment)", "Windows: System and others")                               \
  X(TaskName, "string", "Scheduled task; operation of a task", "TaskScheduler, Security 4698-4702, ESXi, vCenter")   \
  X(UserName, "string", "Account", "TaskScheduler, Defender and others")                                             \
  X(IpAddress, "address", "Where a logon or share access came from", "Security 4624, 4625, 5145")                    \
  X(SourceIp, "address", "Source of a connection", "Sysmon 3")                                                       \
  X(DestinationIp, "address", "Destination of a connection", "Sysmon 3")                                             \
  X(DestinationPort, "integer", "Destination port", "Sysmon 3")                                                      \
  X(ShareName, "string", "Share", "Security 5140, 5145")                                                             \
  X(RelativeTargetName, "string", "File or pipe on the share", "Security 5145")                                      \
  X(PipeName, "string", "Named pipe", "Sysmon 17, 18")                                                               \
  X(QueryName, "string", "DNS name", "Sysmon 22")
