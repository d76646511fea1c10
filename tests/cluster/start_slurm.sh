#!/bin/sh
# Starts a Slurm cluster of one node, this machine, as root, without systemd and cgroups; `sh start_slurm.sh stop` ends it.
# First: apt-get update && apt-get install -y --no-install-recommends slurm-wlm munge
set -e
if [ "$1" = stop ]; then
    scancel --quiet --user root 2> /dev/null || true
    for daemon in slurmctld slurmd; do
        if [ -f /run/$daemon.pid ]; then kill "$(cat /run/$daemon.pid)" 2> /dev/null || true; fi
    done
    exit 0
fi
host=$(hostname -s)
mkdir -p /etc/slurm /run/munge /var/lib/munge /var/log/munge /var/spool/slurm/ctld /var/spool/slurm/d
chown munge: /run/munge /var/lib/munge /var/log/munge
[ -f /etc/munge/munge.key ] || mungekey
chown munge: /etc/munge/munge.key
munge -n > /dev/null 2>&1 || su -s /bin/sh munge -c munged
cat > /etc/slurm/slurm.conf <<CONF
ClusterName=one
SlurmctldHost=$host
SlurmUser=root
AuthType=auth/munge
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
ReturnToService=2
SlurmctldPidFile=/run/slurmctld.pid
SlurmdPidFile=/run/slurmd.pid
SlurmdSpoolDir=/var/spool/slurm/d
StateSaveLocation=/var/spool/slurm/ctld
SlurmctldLogFile=/var/log/slurmctld.log
SlurmdLogFile=/var/log/slurmd.log
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MaxArraySize=100001
MaxJobCount=200000
JobRequeue=1
KillWait=30
NodeName=$host CPUs=$(nproc) RealMemory=$(awk '/MemTotal/ {print int($2 / 1200)}' /proc/meminfo) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
slurmctld
slurmd
for _ in $(seq 30); do
    if sinfo --noheader --format %T 2> /dev/null | grep -q idle; then sinfo; exit 0; fi
    sleep 1
done
tail -5 /var/log/slurmctld.log /var/log/slurmd.log >&2
exit 1
