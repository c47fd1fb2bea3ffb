// SPDX-License-Identifier: MIT
module;

#include <array>
#include <boost/outcome/result.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

module portolan.simulator;

import :igd_action;
import :state;

// The definitions of the services: WANIPConnection:1 and :2, WANPPPConnection:1, WANCommonInterfaceConfig:1,
// Layer3Forwarding:1 and WANIPv6FirewallControl:1, as far as the gateway has them.
namespace portolan::simulator {

namespace {

using std::string_view;

constexpr Argument in(string_view name, string_view variable) {
    return {name, variable, false};
}

constexpr Argument out(string_view name, string_view variable) {
    return {name, variable, true};
}

constexpr std::array connectionTypeInfo{out("NewConnectionType", "ConnectionType"),
                                        out("NewPossibleConnectionTypes", "PossibleConnectionTypes")};
constexpr std::array statusInfo{out("NewConnectionStatus", "ConnectionStatus"),
                                out("NewLastConnectionError", "LastConnectionError"), out("NewUptime", "Uptime")};
constexpr std::array natRsipStatus{out("NewRSIPAvailable", "RSIPAvailable"), out("NewNATEnabled", "NATEnabled")};
constexpr std::array externalAddress{out("NewExternalIPAddress", "ExternalIPAddress")};
constexpr std::array genericEntry{in("NewPortMappingIndex", "PortMappingNumberOfEntries"),
                                  out("NewRemoteHost", "RemoteHost"),
                                  out("NewExternalPort", "ExternalPort"),
                                  out("NewProtocol", "PortMappingProtocol"),
                                  out("NewInternalPort", "InternalPort"),
                                  out("NewInternalClient", "InternalClient"),
                                  out("NewEnabled", "PortMappingEnabled"),
                                  out("NewPortMappingDescription", "PortMappingDescription"),
                                  out("NewLeaseDuration", "PortMappingLeaseDuration")};
constexpr std::array specificEntry{in("NewRemoteHost", "RemoteHost"),
                                   in("NewExternalPort", "ExternalPort"),
                                   in("NewProtocol", "PortMappingProtocol"),
                                   out("NewInternalPort", "InternalPort"),
                                   out("NewInternalClient", "InternalClient"),
                                   out("NewEnabled", "PortMappingEnabled"),
                                   out("NewPortMappingDescription", "PortMappingDescription"),
                                   out("NewLeaseDuration", "PortMappingLeaseDuration")};
constexpr std::array addMapping{in("NewRemoteHost", "RemoteHost"),
                                in("NewExternalPort", "ExternalPort"),
                                in("NewProtocol", "PortMappingProtocol"),
                                in("NewInternalPort", "InternalPort"),
                                in("NewInternalClient", "InternalClient"),
                                in("NewEnabled", "PortMappingEnabled"),
                                in("NewPortMappingDescription", "PortMappingDescription"),
                                in("NewLeaseDuration", "PortMappingLeaseDuration")};
constexpr std::array addAnyMapping{addMapping[0], addMapping[1], addMapping[2],
                                   addMapping[3], addMapping[4], addMapping[5],
                                   addMapping[6], addMapping[7], out("NewReservedPort", "ExternalPort")};
constexpr std::array deleteMapping{in("NewRemoteHost", "RemoteHost"), in("NewExternalPort", "ExternalPort"),
                                   in("NewProtocol", "PortMappingProtocol")};
constexpr std::array deleteRange{in("NewStartPort", "ExternalPort"), in("NewEndPort", "ExternalPort"),
                                 in("NewProtocol", "PortMappingProtocol"), in("NewManage", "A_ARG_TYPE_Manage")};
constexpr std::array listMappings{in("NewStartPort", "ExternalPort"),
                                  in("NewEndPort", "ExternalPort"),
                                  in("NewProtocol", "PortMappingProtocol"),
                                  in("NewManage", "A_ARG_TYPE_Manage"),
                                  in("NewNumberOfPorts", "PortMappingNumberOfEntries"),
                                  out("NewPortListing", "A_ARG_TYPE_PortListing")};

constexpr std::array connectionActions{
    Action{"GetConnectionTypeInfo", connectionTypeInfo, getConnectionTypeInfo},
    Action{"GetStatusInfo", statusInfo, getStatusInfo},
    Action{"GetNATRSIPStatus", natRsipStatus, getNatRsipStatus},
    Action{"GetExternalIPAddress", externalAddress, getExternalIpAddress},
    Action{"GetGenericPortMappingEntry", genericEntry, getGenericPortMappingEntry},
    Action{"GetSpecificPortMappingEntry", specificEntry, getSpecificPortMappingEntry},
    Action{"AddPortMapping", addMapping, addPortMapping},
    Action{"DeletePortMapping", deleteMapping, deletePortMapping},
    Action{"AddAnyPortMapping", addAnyMapping, addAnyPortMapping, 2},
    Action{"DeletePortMappingRange", deleteRange, deletePortMappingRange, 2},
    Action{"GetListOfPortMappings", listMappings, getListOfPortMappings, 2},
};

constexpr std::array connectionTypes{string_view{"IP_Routed"}};
constexpr std::array connectionStates{string_view{"Connected"}, string_view{"Disconnected"}};
constexpr std::array connectionErrors{string_view{"ERROR_NONE"}};
constexpr std::array protocols{string_view{"TCP"}, string_view{"UDP"}};
constexpr std::array connectionVariables{
    Variable{"ConnectionType", "string"},
    Variable{"PossibleConnectionTypes", "string", connectionTypes},
    Variable{"ConnectionStatus", "string", connectionStates},
    Variable{"LastConnectionError", "string", connectionErrors},
    Variable{"Uptime", "ui4"},
    Variable{"RSIPAvailable", "boolean"},
    Variable{"NATEnabled", "boolean"},
    Variable{"ExternalIPAddress", "string"},
    Variable{"PortMappingNumberOfEntries", "ui2"},
    Variable{"PortMappingEnabled", "boolean"},
    Variable{"PortMappingLeaseDuration", "ui4"},
    Variable{"RemoteHost", "string"},
    Variable{"ExternalPort", "ui2"},
    Variable{"InternalPort", "ui2"},
    Variable{"PortMappingProtocol", "string", protocols},
    Variable{"InternalClient", "string"},
    Variable{"PortMappingDescription", "string"},
    Variable{"A_ARG_TYPE_Manage", "boolean"},
    Variable{"A_ARG_TYPE_PortListing", "string"},
};

constexpr std::array linkProperties{out("NewWANAccessType", "WANAccessType"),
                                    out("NewLayer1UpstreamMaxBitRate", "Layer1UpstreamMaxBitRate"),
                                    out("NewLayer1DownstreamMaxBitRate", "Layer1DownstreamMaxBitRate"),
                                    out("NewPhysicalLinkStatus", "PhysicalLinkStatus")};
constexpr std::array bytesSent{out("NewTotalBytesSent", "TotalBytesSent")};
constexpr std::array bytesReceived{out("NewTotalBytesReceived", "TotalBytesReceived")};
constexpr std::array packetsSent{out("NewTotalPacketsSent", "TotalPacketsSent")};
constexpr std::array packetsReceived{out("NewTotalPacketsReceived", "TotalPacketsReceived")};

constexpr std::array commonActions{
    Action{"GetCommonLinkProperties", linkProperties, getCommonLinkProperties},
    Action{"GetTotalBytesSent", bytesSent, getTotalBytesSent},
    Action{"GetTotalBytesReceived", bytesReceived, getTotalBytesReceived},
    Action{"GetTotalPacketsSent", packetsSent, getTotalPacketsSent},
    Action{"GetTotalPacketsReceived", packetsReceived, getTotalPacketsReceived},
};

constexpr std::array accessTypes{string_view{"Ethernet"}};
constexpr std::array linkStates{string_view{"Up"}, string_view{"Down"}};
constexpr std::array commonVariables{
    Variable{"WANAccessType", "string", accessTypes},
    Variable{"Layer1UpstreamMaxBitRate", "ui4"},
    Variable{"Layer1DownstreamMaxBitRate", "ui4"},
    Variable{"PhysicalLinkStatus", "string", linkStates},
    Variable{"TotalBytesSent", "ui4"},
    Variable{"TotalBytesReceived", "ui4"},
    Variable{"TotalPacketsSent", "ui4"},
    Variable{"TotalPacketsReceived", "ui4"},
};

constexpr std::array firewallStatus{out("FirewallEnabled", "FirewallEnabled"),
                                    out("InboundPinholeAllowed", "InboundPinholeAllowed")};
constexpr std::array outboundTimeout{
    in("RemoteHost", "A_ARG_TYPE_IPv6Address"),     in("RemotePort", "A_ARG_TYPE_Port"),
    in("InternalClient", "A_ARG_TYPE_IPv6Address"), in("InternalPort", "A_ARG_TYPE_Port"),
    in("Protocol", "A_ARG_TYPE_Protocol"),          out("OutboundPinholeTimeout", "A_ARG_TYPE_OutboundPinholeTimeout")};
constexpr std::array newPinhole{in("RemoteHost", "A_ARG_TYPE_IPv6Address"),     in("RemotePort", "A_ARG_TYPE_Port"),
                                in("InternalClient", "A_ARG_TYPE_IPv6Address"), in("InternalPort", "A_ARG_TYPE_Port"),
                                in("Protocol", "A_ARG_TYPE_Protocol"),          in("LeaseTime", "A_ARG_TYPE_LeaseTime"),
                                out("UniqueID", "A_ARG_TYPE_UniqueID")};
constexpr std::array laterPinhole{in("UniqueID", "A_ARG_TYPE_UniqueID"), in("NewLeaseTime", "A_ARG_TYPE_LeaseTime")};
constexpr std::array onePinhole{in("UniqueID", "A_ARG_TYPE_UniqueID")};
constexpr std::array pinholePackets{in("UniqueID", "A_ARG_TYPE_UniqueID"),
                                    out("PinholePackets", "A_ARG_TYPE_PinholePackets")};
constexpr std::array pinholeWorking{in("UniqueID", "A_ARG_TYPE_UniqueID"), out("IsWorking", "A_ARG_TYPE_Boolean")};

constexpr std::array firewallActions{
    Action{"GetFirewallStatus", firewallStatus, getFirewallStatus},
    Action{"GetOutboundPinholeTimeout", outboundTimeout, getOutboundPinholeTimeout},
    Action{"AddPinhole", newPinhole, addPinhole},
    Action{"UpdatePinhole", laterPinhole, updatePinhole},
    Action{"DeletePinhole", onePinhole, deletePinhole},
    Action{"GetPinholePackets", pinholePackets, getPinholePackets},
    Action{"CheckPinholeWorking", pinholeWorking, checkPinholeWorking},
};

constexpr std::array firewallVariables{
    Variable{"FirewallEnabled", "boolean"},
    Variable{"InboundPinholeAllowed", "boolean"},
    Variable{"A_ARG_TYPE_OutboundPinholeTimeout", "ui4"},
    Variable{"A_ARG_TYPE_IPv6Address", "string"},
    Variable{"A_ARG_TYPE_Port", "ui2"},
    Variable{"A_ARG_TYPE_Protocol", "ui2"},
    Variable{"A_ARG_TYPE_LeaseTime", "ui4"},
    Variable{"A_ARG_TYPE_UniqueID", "ui2"},
    Variable{"A_ARG_TYPE_PinholePackets", "ui4"},
    Variable{"A_ARG_TYPE_Boolean", "boolean"},
};

constexpr std::array defaultConnection{out("NewDefaultConnectionService", "DefaultConnectionService")};
constexpr std::array forwardingActions{
    Action{"GetDefaultConnectionService", defaultConnection, getDefaultConnectionService},
};
constexpr std::array forwardingVariables{Variable{"DefaultConnectionService", "string"}};

constexpr Service layer3Forwarding{"Layer3Forwarding", "L3Forwarding", forwardingActions, forwardingVariables};
constexpr Service wanCommon{"WANCommonInterfaceConfig", "WANCommonIFC", commonActions, commonVariables};
constexpr Service wanIp{"WANIPConnection", "WANIPConn", connectionActions, connectionVariables};
constexpr Service wanPpp{"WANPPPConnection", "WANPPPConn", connectionActions, connectionVariables};
constexpr Service firewall{"WANIPv6FirewallControl", "WANIPv6Firewall", firewallActions, firewallVariables};

} // namespace

const Service& definitionOf(ServiceKind kind) noexcept {
    switch (kind) {
    case ServiceKind::wanCommon:
        return wanCommon;
    case ServiceKind::wanIp:
        return wanIp;
    case ServiceKind::wanPpp:
        return wanPpp;
    case ServiceKind::firewall:
        return firewall;
    case ServiceKind::layer3Forwarding:
        break;
    }
    return layer3Forwarding;
}

} // namespace portolan::simulator
