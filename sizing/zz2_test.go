package sizing
import ("testing";"fmt")
func TestZZ2(t *testing.T){ for _,c:=range Claims(){ off:=0; for _,f:=range c.Figures{ if f.Off(){off++}}
 flag:=""
 if c.Status==ClaimRight && off>0 {flag="!!"}
 if c.Status==ClaimWrong && off==0 && len(c.Figures)>0 {flag="??"}
 fmt.Println(c.Number,c.Status,c.Stated,flag); for _,f:=range c.Figures{fmt.Printf("      %+v off=%v\n",f,f.Off())}}}
