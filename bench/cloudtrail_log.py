# SPDX-License-Identifier: Apache-2.0
"""Writes CloudTrail records as an account with some automation has them: mostly reads, roles assumed, keys used; one
stopped instance in 2,500 calls. Sizes and shapes follow AWS' documentation of the record; nothing is taken from anybody."""
import json
import pathlib
import random

ACCOUNT = "111122223333"
READS = [  # service, call, request parameters
    ("ec2", "DescribeInstances", lambda r: {"instancesSet": {"items": [{"instanceId": instance(r)}]}, "filterSet": {}}),
    ("ec2", "DescribeVolumes", lambda r: {"volumeSet": {}, "filterSet": {"items": [{"name": "attachment.instance-id", "valueSet": {"items": [{"value": instance(r)}]}}]}}),
    ("sts", "AssumeRole", lambda r: {"roleArn": f"arn:aws:iam::{ACCOUNT}:role/{role(r)}", "roleSessionName": f"session-{r.randrange(10**9)}", "durationSeconds": 3600}),
    ("s3", "GetObject", lambda r: {"bucketName": f"data-{r.randrange(40)}", "Host": "data.s3.eu-central-1.amazonaws.com", "key": f"in/{r.randrange(10**6)}.parquet"}),
    ("kms", "Decrypt", lambda r: {"encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::data-{r.randrange(40)}"}, "encryptionAlgorithm": "SYMMETRIC_DEFAULT"}),
    ("logs", "DescribeLogGroups", lambda r: {"limit": 50}),
    ("ssm", "GetParameter", lambda r: {"name": f"/app/{role(r)}/setting{r.randrange(30)}", "withDecryption": True}),
    ("lambda", "GetFunction20150331v2", lambda r: {"functionName": f"job-{r.randrange(60)}"}),
    ("monitoring", "DescribeAlarms", lambda r: {"maxRecords": 100, "stateValue": "ALARM"}),
]
WRITES = [
    ("ec2", "RunInstances", lambda r: {"instancesSet": {"items": [{"imageId": "ami-0123456789abcdef0", "minCount": 1, "maxCount": 1}]}, "instanceType": "t3.small", "monitoring": {"enabled": False}}),
    ("s3", "PutObject", lambda r: {"bucketName": f"data-{r.randrange(40)}", "key": f"out/{r.randrange(10**6)}.parquet", "x-amz-acl": "private"}),
    ("logs", "CreateLogStream", lambda r: {"logGroupName": f"/aws/lambda/job-{r.randrange(60)}", "logStreamName": f"2026/11/25/[$LATEST]{r.getrandbits(128):032x}"}),
    ("iam", "TagRole", lambda r: {"roleName": role(r), "tags": [{"key": "owner", "value": f"team{r.randrange(12)}"}]}),
]
POOL = 5_000  # different records; a file repeats them


def instance(r: random.Random) -> str:
    return f"i-{r.getrandbits(68):017x}"


def role(r: random.Random) -> str:
    return ("deploy", "inventory", "backup", "reader", "pipeline", "autoscaler")[r.randrange(6)]


def record(r: random.Random, n: int) -> str:
    if n % 2500 == 17:
        service, call, made = "ec2", "StopInstances", lambda x: {"instancesSet": {"items": [{"instanceId": instance(x)}]}, "force": False}
    else:
        service, call, made = r.choice(WRITES if r.random() < 0.12 else READS)
    who, key = role(r), f"ASIA{r.getrandbits(80):020X}"[:20]
    second = n % 86_400
    event = {
        "eventVersion": "1.09",
        "userIdentity": identity(r, who, key, service),
        "eventTime": f"2026-11-25T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}Z", "eventSource": service + ".amazonaws.com", "eventName": call, "awsRegion": "eu-central-1",
        "sourceIPAddress": f"198.51.100.{r.randrange(256)}", "userAgent": "aws-sdk-go-v2/1.30.3 os/linux lang/go#1.22.5 md/GOOS#linux md/GOARCH#amd64",
        "requestParameters": made(r), "responseElements": None, "requestID": guid(r), "eventID": guid(r), "readOnly": True, "eventType": "AwsApiCall", "managementEvent": True,
        "recipientAccountId": ACCOUNT, "eventCategory": "Management",
        "tlsDetails": {"tlsVersion": "TLSv1.3", "cipherSuite": "TLS_AES_128_GCM_SHA256", "clientProvidedHostHeader": f"{service}.eu-central-1.amazonaws.com"}}
    if r.random() < 0.04:
        event["errorCode"], event["errorMessage"] = "AccessDenied", f"User: {who} is not authorized to perform: {service}:{call}"
    return json.dumps(event, separators=(",", ":"))


def identity(r: random.Random, who: str, key: str, service: str) -> dict:
    """Roles make most calls, services act for themselves, and some users are left."""
    kind = r.random()
    if kind < 0.25:
        return {"type": "AWSService", "invokedBy": service + ".amazonaws.com"}
    if kind < 0.40:
        return {"type": "IAMUser", "principalId": f"AIDA{hash_text(who)}", "arn": f"arn:aws:iam::{ACCOUNT}:user/{who}", "accountId": ACCOUNT, "accessKeyId": key, "userName": who}
    return {"type": "AssumedRole", "principalId": f"AROA{hash_text(who)}:{who}-{r.randrange(200)}", "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{who}/{who}-{r.randrange(200)}",
            "accountId": ACCOUNT, "accessKeyId": key,
            "sessionContext": {"sessionIssuer": {"type": "Role", "principalId": f"AROA{hash_text(who)}", "arn": f"arn:aws:iam::{ACCOUNT}:role/{who}", "accountId": ACCOUNT, "userName": who},
                               "webIdFederationData": {}, "attributes": {"creationDate": "2026-11-25T00:00:00Z", "mfaAuthenticated": "false"}}}


def hash_text(who: str) -> str:
    return (who.upper() * 4)[:17]


def guid(r: random.Random) -> str:
    h = f"{r.getrandbits(128):032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def write(ndjson: pathlib.Path, records: pathlib.Path, size: int) -> None:
    """The same records as lines and as {"Records":[...]} on one line, about `size` bytes of each."""
    r = random.Random(1489)
    pool = [record(r, n) for n in range(POOL)]
    with ndjson.open("w", encoding="utf-8") as lines, records.open("w", encoding="utf-8") as one_line:
        one_line.write('{"Records":[')
        written = 0
        while written < size:
            lines.write("\n".join(pool) + "\n")
            one_line.write(("," if written else "") + ",".join(pool))
            written += sum(map(len, pool))
        one_line.write("]}\n")
