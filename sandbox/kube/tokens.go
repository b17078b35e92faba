package kube

import (
	"bytes"
	"crypto/rand"
	"encoding/csv"
	"fmt"

	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

// adminGroup is the group that RBAC lets do everything; the tokens that DOKS
// hands out belong to it.
const adminGroup = "system:masters"

// writeTokens writes the API server's static token file: the administrator's
// token and the one of the cluster's own programs.
// https://kubernetes.io/docs/reference/access-authn-authz/authentication/#static-token-file
func writeTokens(file, admin, own string) error {
	var buf bytes.Buffer
	w := csv.NewWriter(&buf)
	rows := [][]string{
		{admin, "admin", "admin", adminGroup},
		{own, "sandbox", "sandbox", adminGroup},
	}
	if err := w.WriteAll(rows); err != nil {
		return fmt.Errorf("encoding the token file: %w", err)
	}
	return writeFile(file, buf.Bytes())
}

// newToken returns a bearer token with 130 bits of randomness or more.
func newToken() string { return rand.Text() }

// writeKubeconfig writes how the cluster's own programs reach the API server.
func writeKubeconfig(file string, endpoint Endpoint, token string) error {
	c := clientcmdapi.NewConfig()
	c.Clusters["sandbox"] = &clientcmdapi.Cluster{Server: endpoint.URL, CertificateAuthorityData: endpoint.CertificateAuthority}
	c.AuthInfos["sandbox"] = &clientcmdapi.AuthInfo{Token: token}
	c.Contexts["sandbox"] = &clientcmdapi.Context{Cluster: "sandbox", AuthInfo: "sandbox"}
	c.CurrentContext = "sandbox"
	raw, err := clientcmd.Write(*c)
	if err != nil {
		return fmt.Errorf("encoding the kubeconfig: %w", err)
	}
	return writeFile(file, raw)
}
