#!/bin/sh
# Prepares the object store: the bucket with its expiry, and a user who may read and write
# that bucket and nothing else. It may run at any time, and changes what differs.
#
#   MC_HOST_store    the store's URL with the root user and its password, from a Secret
#   BUCKET           the bucket
#   RETENTION_DAYS   days until an object is deleted
#   STORE_USER       the user; STORE_PASSWORD its password, from a Secret
#   MC_CONFIG_DIR    a directory to write to
set -eu
: "${MC_HOST_store:?}" "${BUCKET:?}" "${RETENTION_DAYS:?}" "${STORE_USER:?}" "${STORE_PASSWORD:?}" "${MC_CONFIG_DIR:?}"

timeout 300 mc ready store
mc mb --ignore-existing "store/$BUCKET"
mc ilm rule import "store/$BUCKET" <<RULES
{"Rules": [{"ID": "expire", "Status": "Enabled", "Expiration": {"Days": $RETENTION_DAYS}}]}
RULES

mkdir -p "$MC_CONFIG_DIR"
cat >"$MC_CONFIG_DIR/policy.json" <<POLICY
{"Version": "2012-10-17", "Statement": [
  {"Effect": "Allow", "Action": ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"],
   "Resource": ["arn:aws:s3:::$BUCKET"]},
  {"Effect": "Allow",
   "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
   "Resource": ["arn:aws:s3:::$BUCKET/*"]}
]}
POLICY
mc admin policy create store "$BUCKET" "$MC_CONFIG_DIR/policy.json"
# The password comes by standard input: it is in no argument.
printf '%s\n' "$STORE_PASSWORD" | mc admin user add store "$STORE_USER"
# Attaching what is attached may be an error.
mc --json admin user info store "$STORE_USER" | grep -q "\"policyName\": *\"$BUCKET\"" ||
	mc admin policy attach store "$BUCKET" --user "$STORE_USER"
echo "minio-setup.sh: $STORE_USER may use $BUCKET, whose objects expire after $RETENTION_DAYS days"
