#!/bin/bash
# Runs one service, in a container or as a local process, or helps with one:
#   service.sh namenode|datanode|metastore|trino
#   service.sh check SERVICE           exits 0 when it is ready
#   service.sh folders                 makes the lake's folders, once
#   service.sh dfsadmin WORD...        Hadoop's tool for administrators
# Where things are comes from the environment: STACK_ETC (this folder), STACK_LIB (jars),
# METASTORE_HOME, TRINO_HOME, and what the configuration files refer to.
set -euo pipefail

export HADOOP_CONF_DIR=$STACK_ETC/hadoop TRINO_ETC_DIR=$STACK_ETC/trino

# Becomes a Java program, so that signals reach it and its number is the service's.
java_in() {
    local heap=$1
    shift
    exec "${JAVA_HOME:?}/bin/java" "-Xmx$heap" -XX:+UseSerialGC \
        -XX:+ExitOnOutOfMemoryError -Djava.net.preferIPv4Stack=true \
        -Dfile.encoding=UTF-8 --enable-native-access=ALL-UNNAMED \
        -cp "$STACK_ETC/metastore:$STACK_ETC/hadoop:$STACK_LIB/*" "$@"
}

# Whether the answer to an HTTP request without a body has a line like this.
answers() {
    local method=$1 host=$2 port=$3 path=$4 line=$5
    exec 3<>"/dev/tcp/$host/$port"
    printf '%s %s HTTP/1.0\r\nHost: %s\r\nContent-Length: 0\r\n\r\n' \
        "$method" "$path" "$host" >&3
    grep --quiet --extended-regexp "$line" <&3
}

check() {
    case $1 in
        namenode)
            answers GET 127.0.0.1 "${HDFS_HTTP_PORT:-9870}" \
                '/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo' '"Safemode" : ""'
            ;;
        datanode)
            answers GET 127.0.0.1 "${DATANODE_HTTP_PORT:-9864}" \
                '/jmx?qry=Hadoop:service=DataNode,name=DataNodeInfo' '"ClusterId" : "CID'
            ;;
        metastore)
            # getStatus in Thrift's binary protocol; a reply begins 80 01 00 02.
            exec 3<>"/dev/tcp/127.0.0.1/$METASTORE_PORT"
            printf '\x80\x01\x00\x01\x00\x00\x00\x09getStatus\x00\x00\x00\x00\x00' >&3
            [[ $(head --bytes 4 <&3 | od --address-radix=n --format=x1) == ' 80 01 00 02' ]]
            ;;
    esac
}

# One operation of WebHDFS as HDFS's superuser.
webhdfs() {
    answers PUT "$HDFS_HOST" "${HDFS_HTTP_PORT:-9870}" \
        "/webhdfs/v1$1?user.name=hdfs&op=$2" '^HTTP/1.1 200'
}

# The lake, and the metastore's default place, which nothing of ours uses: the batch
# user's, read by its group and closed to others, who pass through /user to what is theirs.
folders() {
    local folder
    for folder in /procurement /user/hive; do
        webhdfs "$folder" MKDIRS
        webhdfs "$folder" 'SETOWNER&owner=procurement&group=procurement'
        webhdfs "$folder" 'SETPERMISSION&permission=750'
    done
    webhdfs /user 'SETPERMISSION&permission=755'
}

export HADOOP_USER_NAME=hdfs
hdfs=org.apache.hadoop.hdfs
hive=org.apache.hadoop.hive.metastore
case ${1:-} in
    namenode)
        if [[ ! -e $HDFS_DATA_DIR/name/current/VERSION ]]; then
            (java_in 256M $hdfs.server.namenode.NameNode -format -nonInteractive)
        fi
        java_in 256M $hdfs.server.namenode.NameNode
        ;;
    datanode)
        java_in 256M $hdfs.server.datanode.DataNode
        ;;
    metastore)
        export HADOOP_USER_NAME=procurement
        # It takes seconds: once per release where there is a place to mark that.
        if [[ ! -e ${METASTORE_SCHEMA_MARK:-} ]]; then
            (java_in 256M $hive.tools.schematool.MetastoreSchemaTool \
                -dbType postgres -initOrUpgradeSchema)
            [[ -z ${METASTORE_SCHEMA_MARK:-} ]] || touch "$METASTORE_SCHEMA_MARK"
        fi
        java_in 384M $hive.HiveMetaStore
        ;;
    trino)
        export HADOOP_USER_NAME=procurement TRINO_PLUGIN_DIR=$TRINO_HOME/plugin
        exec "$TRINO_HOME/bin/launcher" run ${JAVA_HOME:+--jvm-dir "$JAVA_HOME"} \
            --etc-dir "$TRINO_ETC_DIR" --data-dir "$TRINO_DATA_DIR" \
            --config "$TRINO_ETC_DIR/${TRINO_CONFIG:-config}.properties"
        ;;
    check)
        check "$2"
        ;;
    folders)
        folders
        ;;
    dfsadmin)
        shift
        java_in 256M $hdfs.tools.DFSAdmin "$@"
        ;;
    *)
        sed -n '2,6s/^# //p' "$0" >&2
        exit 2
        ;;
esac
