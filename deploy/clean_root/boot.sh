#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# boot.sh <root>: becomes the systemd of that root, in namespaces that its caller has made. What a container gives is here:
# kernel settings that cannot be changed, an own /dev, an own tree of control groups.
set -euo pipefail

mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,bind,ro proc/sys
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
for folder in run tmp dev; do mount -t tmpfs tmpfs "$folder"; done
for node in null zero full random urandom tty; do cp -a "/dev/$node" dev/; done
mkdir dev/shm dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd

mkdir -p mnt/machine
pivot_root . mnt/machine
umount --lazy /mnt/machine
exec env -i container=trial PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --unit=multi-user.target
